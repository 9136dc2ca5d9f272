import PorticoJobs
import PorticoPages
import PorticoValues

/// Why a job does not run: in words for programs, with links and times for people.
struct ObstacleText {
    private enum Part {
        case words(String)
        case time(Instant)
        case jobs([Int64])
        case workflow(Int64)
    }

    private let parts: [Part]

    init(_ obstacle: JobObstacle) {
        parts =
            switch obstacle {
            case .notBefore(let time):
                [.words("It was enqueued for later: its time comes at "), .time(time), .words(".")]
            case .nextTry(let time):
                [.words("Its last try did not end well; the next comes at "), .time(time), .words(".")]
            case .paused: [.words("Its queue is paused: nothing of it starts until somebody resumes it.")]
            case .nobody:
                [.words("No process works on its queue. One that starts, or comes back, takes it up by itself.")]
            case .unknown(let name, let version):
                [.words("No process that works now knows \(name) in version \(version): a newer release enqueued it.")]
            case .full(let most):
                [.words("At most \(most) of its queue run at once on all nodes together, and so many do.")]
            case .limit(let key, let most, let running):
                [.words("At most \(most) with the key \(key) run at once"), .jobs(running), .words(".")]
            case .rate(let key, let opensAt): ObstacleText.rate(key, opensAt)
            case .group(let id, let open, let members):
                [
                    .words("It follows group \(id), of which \(ObstacleText.jobs(open)) not ended"), .jobs(members),
                    .words("."),
                ]
            case .steps(let id, let open, let failed): ObstacleText.steps(id, open, failed)
            case .behind(let count):
                [.words("\(ObstacleText.many(count)) of its queue \(count == 1 ? "is" : "are") before it.")]
            case .busy(let running, let places):
                [.words("All \(places) places of its queue are taken: \(running) run now. It begins when one is free.")]
            }
    }

    /// In words, times as RFC 3339 has them.
    var text: String {
        parts.map { part in
            switch part {
            case .words(let words): words
            case .time(let time): time.rfc3339
            case .jobs(let ids): ids.isEmpty ? "" : ": " + ids.map { "#\($0)" }.joined(separator: ", ")
            case .workflow(let id): "workflow \(id)"
            }
        }.joined()
    }

    /// With links to the jobs it names.
    func html(_ frame: ConsoleFrame) -> HTML {
        let written = parts.map { part -> HTML in
            switch part {
            case .words(let words): return "\(words)"
            case .time(let time): return frame.time(time, .dateAndTime)
            case .jobs(let ids):
                let links = ids.enumerated().map { index, id -> HTML in
                    "\(index == 0 ? ": " : ", ")<a href=\"\(frame.address("/jobs/\(id)"))\">#\(id)</a>"
                }
                return "\(links)"
            case .workflow(let id):
                return "<a href=\"\(frame.address("/workflows/\(id)"))\">workflow \(id)</a>"
            }
        }
        return "\(written)"
    }

    private static func steps(_ workflow: Int64, _ open: [String], _ failed: [String]) -> [Part] {
        let awaits = open.isEmpty ? "" : " waits for \(open.joined(separator: ", "))"
        let stopped = failed.isEmpty ? "" : " is stopped at \(failed.joined(separator: ", ")), which failed"
        let words = [stopped, awaits].filter { !$0.isEmpty }.joined(separator: " and")
        let rest = words.isEmpty ? " is about to begin" : words
        return [.words("Its step of "), .workflow(workflow), .words("\(rest).")]
    }

    private static func rate(_ key: String, _ opensAt: Instant?) -> [Part] {
        let begun = Part.words("As many with the key \(key) have begun as may")
        guard let opensAt else { return [begun, .words(".")] }
        return [begun, .words("; a place comes at "), .time(opensAt), .words(".")]
    }

    private static func many(_ count: Int) -> String {
        count >= 10_000 ? "10,000 jobs or more" : count == 1 ? "One job" : "\(GroupedNumber(count).text) jobs"
    }

    private static func jobs(_ count: Int) -> String {
        count == 1 ? "one job has" : "\(GroupedNumber(count).text) jobs have"
    }
}
