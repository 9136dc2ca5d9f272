import CLibPQ
import Glibc
import PorticoSQL
import PorticoValues

/// The work of a ``Multiplexer``'s thread. Confined to it.
final class MultiplexerLoop {
    private enum LaneState {
        case connecting
        /// Gone; connect again at this moment.
        case away(until: Int64)
        case up(Lane)
    }

    private static let longestBackoff: Int64 = 5_000_000_000
    private let owner: Multiplexer
    private var lanes: [LaneState]
    private var failures: [Int]
    private var backlog: [Multiplexer.Job] = []
    private var lastFailure: SQLError?

    init(_ owner: Multiplexer) {
        self.owner = owner
        self.lanes = Array(repeating: .away(until: 0), count: owner.lanes)
        self.failures = Array(repeating: 0, count: owner.lanes)
    }

    /// Serves until the multiplexer is closed and nothing is under way.
    func run() {
        while true {
            let up = open
            let mail = owner.collect(
                inUse: up.count { !$0.isResting }, open: up.count, waiting: backlog.count)
            backlog += mail.jobs
            for (index, link) in mail.links { adopt(link, for: index) }
            connect(isClosed: mail.isClosed)
            expire()
            dispatch()
            if mail.isClosed, backlog.isEmpty, open.allSatisfy(\.isResting), owner.end() { return }
            wait(isClosing: mail.isClosed)
            for index in lanes.indices { serve(index) }
        }
    }

    private var open: [Lane] {
        lanes.compactMap { if case .up(let lane) = $0 { lane } else { nil } }
    }

    // MARK: - Lanes

    private func connect(isClosed: Bool) {
        let now = monotonicNanoseconds()
        for index in lanes.indices {
            guard case .away(let until) = lanes[index], until <= now, !isClosed else { continue }
            lanes[index] = .connecting
            owner.connect(index)
        }
    }

    private func adopt(_ link: Result<Link, SQLError>, for index: Int) {
        switch link {
        case .success(let link):
            failures[index] = 0
            lanes[index] = .up(Lane(link))
        case .failure(let error):
            lastFailure = error
            depart(index)
        }
    }

    private func depart(_ index: Int) {
        failures[index] += 1
        let backoff = min(Self.longestBackoff, 50_000_000 << Int64(min(failures[index], 8)))
        let jittered = Int64.random(in: backoff / 2...backoff)
        lanes[index] = .away(until: monotonicNanoseconds() + jittered)
    }

    private func serve(_ index: Int) {
        guard case .up(let lane) = lanes[index] else { return }
        let skipped = lane.serve()
        backlog.insert(contentsOf: skipped, at: 0)
        if lane.isLost {
            lastFailure = .lost
            lane.failAll()
            // The first attempt to come back is made at once; only when it fails the next ones wait.
            lanes[index] = .away(until: 0)
        } else if lane.isExpired, lane.isResting {
            lanes[index] = .away(until: 0)
        }
    }

    // MARK: - Jobs

    /// Hands what waits to the lanes, the emptiest first.
    private func dispatch() {
        guard !backlog.isEmpty else { return }
        var remaining = backlog[...]
        let candidates = open
        while !remaining.isEmpty,
            let lane = candidates.filter({ $0.room > 0 }).min(by: { $0.load < $1.load })
        {
            let batch = remaining.prefix(lane.share(of: remaining))
            remaining = remaining.dropFirst(batch.count)
            for job in batch { owner.observeWait(monotonicNanoseconds() - job.queuedAt) }
            lane.send(Array(batch))
        }
        backlog = Array(remaining)
        if isHopeless { refuseBacklog() }
    }

    /// Whether no lane is up and none is about to be.
    private var isHopeless: Bool {
        let now = monotonicNanoseconds()
        return lanes.allSatisfy { if case .away(let until) = $0 { until > now } else { false } }
    }

    private func refuseBacklog() {
        let error = lastFailure ?? .lost
        for job in backlog { job.caller.resume(throwing: error) }
        backlog = []
    }

    private func expire() {
        let limit = monotonicNanoseconds() - owner.acquireNanoseconds
        guard let first = backlog.first, first.queuedAt < limit else { return }
        let late = backlog.prefix { $0.queuedAt < limit }
        backlog.removeFirst(late.count)
        for job in late {
            job.caller.resume(
                throwing: SQLError(.poolTimeout, message: "no connection for single statements was free in time"))
        }
    }

    // MARK: - Waiting

    private func wait(isClosing: Bool) {
        let mayRest = owner.mayRest() && !open.contains(where: \.isLost)
        guard mayRest else { return owner.bell.wait(descriptors, timeout: 0) }
        owner.bell.wait(descriptors, timeout: isClosing ? 20 : timeout)
    }

    private var descriptors: [pollfd] {
        open.map { lane in
            let events = Int16(POLLIN) | (lane.wantsToWrite ? Int16(POLLOUT) : 0)
            return pollfd(fd: PQsocket(lane.link.handle), events: events, revents: 0)
        }
    }

    /// Milliseconds until a deadline or an attempt to connect is due; negative when none is.
    private var timeout: Int32 {
        var next = backlog.first.map { $0.queuedAt + owner.acquireNanoseconds } ?? .max
        for case .away(let until) in lanes { next = min(next, until) }
        guard next != .max else { return -1 }
        return Int32(clamping: max(0, (next - monotonicNanoseconds()) / 1_000_000 + 1))
    }
}
