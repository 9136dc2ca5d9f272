import PorticoJSON
import PorticoJobs
import PorticoPages

/// States of jobs as operators read them.
enum JobWords {
    static func badge(_ state: JobState) -> Badge {
        switch state {
        case .scheduled: Badge("Later", icon: .clock)
        case .queued: Badge("Waits", tone: .info, icon: .list)
        case .blocked: Badge("Held by its limit", tone: .warn, icon: .lock)
        case .throttled: Badge("Held by its rate", tone: .warn, icon: .clock)
        case .waiting: Badge("Follows others", icon: .link)
        case .running: Badge("Runs", tone: .info, icon: .retry)
        case .succeeded: Badge("Done", tone: .good, icon: .check)
        case .failed: Badge("Failed", tone: .bad, icon: .warning)
        case .cancelled: Badge("Cancelled", icon: .cross)
        }
    }

    /// `40 of 100`; nil for a job that has not told.
    static func progress(_ job: JobRecord) -> String? {
        progress(job.done, of: job.total)
    }

    /// `40 of 100`; nil where nothing was told.
    static func progress(_ done: Int64?, of total: Int64?) -> String? {
        guard let done else { return nil }
        let count = GroupedNumber(Int(clamping: done)).text
        guard let total else { return count }
        return "\(count) of \(GroupedNumber(Int(clamping: total)).text)"
    }

    /// The value with its members one below the other.
    static func lines(_ value: JSONValue, indent: Int = 0) -> String {
        let inset = String(repeating: "  ", count: indent + 1)
        let end = String(repeating: "  ", count: indent)
        switch value {
        case .object(let members) where !members.isEmpty:
            let inner = members.map { "\(inset)\($0.key): \(lines($0.value, indent: indent + 1))" }
            return "{\n\(inner.joined(separator: "\n"))\n\(end)}"
        case .array(let elements) where !elements.isEmpty:
            let inner = elements.map { "\(inset)\(lines($0, indent: indent + 1))" }
            return "[\n\(inner.joined(separator: "\n"))\n\(end)]"
        default: return String(decoding: value.bytes, as: UTF8.self)
        }
    }
}
