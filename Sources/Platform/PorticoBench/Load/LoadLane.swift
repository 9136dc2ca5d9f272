import NIOCore
import PorticoValues

/// The part of a load that one event loop carries. All state belongs to the loop.
final class LoadLane {
    private enum Phase {
        case warmingUp
        case measuring
        case over
    }

    let plan: LoadPlan
    let target: BenchTarget
    let loop: any EventLoop
    private let promise: EventLoopPromise<LoadResult>
    private var phase = Phase.warmingUp
    private var result = LoadResult()
    private var began: Int64 = 0
    private var ended: Int64?
    private var workers: [LoadWorker] = []
    private var atWork = 0
    private var watch: RepeatedTask?

    init(_ plan: LoadPlan, _ target: BenchTarget, _ loop: any EventLoop) {
        self.plan = plan
        self.target = target
        self.loop = loop
        promise = loop.makePromise(of: LoadResult.self)
    }

    /// Whether further requests may be sent.
    var isOpen: Bool { phase != .over }

    /// Opens the connections of these numbers.
    /// - Returns: what was measured, once all of them have ended.
    func run(_ numbers: [Int], measuringFrom begin: NIODeadline) -> EventLoopFuture<LoadResult> {
        let bound = NIOLoopBound(self, eventLoop: loop)
        if begin <= .now() { measure() } else { loop.scheduleTask(deadline: begin) { bound.value.measure() } }
        loop.scheduleTask(deadline: begin + .milliseconds(plan.length.milliseconds)) { bound.value.finish() }
        watch = loop.scheduleRepeatedTask(initialDelay: .milliseconds(500), delay: .milliseconds(500)) { _ in
            bound.value.endLate()
        }
        let workers = numbers.map { LoadWorker(plan.source($0), self) }
        self.workers = workers
        atWork = workers.count
        for worker in workers { worker.start() }
        return promise.futureResult
    }

    private func measure() {
        guard phase == .warmingUp else { return }
        phase = .measuring
        began = monotonicNanoseconds()
    }

    private func finish() {
        guard phase != .over else { return }
        phase = .over
        ended = monotonicNanoseconds()
        for worker in workers { worker.leaveIfIdle() }
    }

    private func endLate() {
        let oldest = monotonicNanoseconds() - plan.timeout.milliseconds * 1_000_000
        for worker in workers { worker.endIfSent(before: oldest) }
    }

    /// A worker has no more to do. The last one ends the lane.
    func left() {
        atWork -= 1
        guard atWork == 0 else { return }
        watch?.cancel()
        watch = nil
        if began > 0 { result.seconds = Double((ended ?? monotonicNanoseconds()) - began) / 1_000_000_000 }
        phase = .over
        workers = []
        promise.succeed(result)
    }

    // MARK: - Counting

    /// Whether a request that was sent then counts: those of the warm-up do not, even when they end later.
    private func counts(_ step: LoadStep, _ sent: Int64) -> Bool { phase != .warmingUp && sent >= began && began > 0 }

    func note(_ step: LoadStep, sent: Int64, answered: Int64, _ answer: BenchAnswer, isWanted: Bool, bytes: Int) {
        guard counts(step, sent) else { return }
        result.bytes += bytes
        if isWanted {
            guard step.isMeasured else { return }
            result.latency.add(answered - sent)
        } else {
            result.unwanted += 1
        }
        result.statuses[answer.status, default: 0] += 1
    }

    func noteLost(_ step: LoadStep, sent: Int64, _ flaw: String) {
        guard counts(step, sent) else { return }
        result.lost += 1
        result.flaw = flaw
    }

    func noteLate(_ step: LoadStep, sent: Int64) {
        if counts(step, sent) { result.late += 1 }
    }

    func noteUnreachable(_ flaw: String) {
        guard phase == .measuring else { return }
        result.lost += 1
        result.flaw = flaw
    }
}
