import NIOCore
import NIOPosix
import PorticoHTTP

/// Hands a body to its receiver, in order and on threads that may block. Nothing is handed over before the responder has said
/// that it may come; what waits is little, because the socket is not read meanwhile.
///
/// All state belongs to the event loop.
final class BodyIntake {
    /// What the connection is told.
    enum Outcome {
        case hasRoom
        case whole(any BodyReceiver)
        case refused(Response)
    }

    /// Bytes that may wait.
    private static let room = 256 * 1024

    private let loop: any EventLoop
    private let onOutcome: (Outcome) -> Void
    private var receiver: (any BodyReceiver)?
    private var admission: Task<Void, Never>?
    private var waiting: [ByteBuffer] = []
    private var waitingBytes = 0
    private var isBusy = false
    private var isWhole = false
    private var isOver = false

    init(
        on loop: any EventLoop, admission ask: @escaping @Sendable () async -> BodyAdmission,
        onOutcome: @escaping (Outcome) -> Void
    ) {
        self.loop = loop
        self.onOutcome = onOutcome
        let intake = NIOLoopBound(self, eventLoop: loop)
        admission = Task { [loop] in
            let admission = await ask()
            loop.execute { intake.value.admit(admission) }
        }
    }

    /// Whether no more should be read from the socket for now.
    var isFull: Bool { waitingBytes >= BodyIntake.room }

    /// Takes a part of the body.
    func take(_ buffer: ByteBuffer) {
        guard !isOver else { return }
        waiting.append(buffer)
        waitingBytes += buffer.readableBytes
        pump()
    }

    /// The body has ended.
    func end() {
        isWhole = true
        pump()
    }

    /// The connection is gone, or wants nothing more of it.
    func abandon() {
        isOver = true
        waiting = []
        receiver = nil
        admission?.cancel()
    }

    private func admit(_ admission: BodyAdmission) {
        self.admission = nil
        guard !isOver else { return }
        switch admission {
        case .receive(let receiver):
            self.receiver = receiver
            pump()
        case .refuse(let response):
            abandon()
            onOutcome(.refused(response))
        }
    }

    private func pump() {
        guard let receiver, !isBusy, !isOver else { return }
        guard !waiting.isEmpty else {
            guard isWhole else { return }
            isOver = true
            return onOutcome(.whole(receiver))
        }
        let batch = waiting
        waiting = []
        isBusy = true
        let intake = NIOLoopBound(self, eventLoop: loop)
        NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            for buffer in batch { buffer.withUnsafeReadableBytes { receiver.receive($0) } }
        }.whenComplete { _ in intake.value.handedOver(batch) }
    }

    private func handedOver(_ batch: [ByteBuffer]) {
        isBusy = false
        waitingBytes -= batch.reduce(0) { $0 + $1.readableBytes }
        guard !isOver else { return }
        pump()
        if !isOver, !isFull { onOutcome(.hasRoom) }
    }
}
