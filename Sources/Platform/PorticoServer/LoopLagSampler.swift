import NIOCore

/// Measures how late an event loop runs what was planned: the delay every connection on it suffers.
final class LoopLagSampler: Sendable {
    private let repeated: RepeatedTask

    /// Starts measuring at once.
    init(of loop: any EventLoop, every interval: Duration, observer: any ServerObserver) {
        let interval = TimeAmount(interval)
        let expected = NIOLoopBoundBox.makeBoxSendingValue(NIODeadline.now() + interval, eventLoop: loop)
        repeated = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let now = NIODeadline.now()
            let late = max(0, (now - expected.value).nanoseconds)
            expected.value = now + interval
            observer.eventLoopLagged(by: .nanoseconds(late))
        }
    }

    func stop() {
        repeated.cancel()
    }
}
