import NIOCore
import PorticoHTTP

/// Deadlines cost one timer per connection. It is set again only when it fires early or a nearer deadline comes up; a
/// request that arrives whole touches nothing but a date.
extension ConnectionHandler {
    /// What is waited for, until when, and how far it had come when that was set.
    struct Watched {
        enum Kind {
            case nothing
            case nextRequest
            case head
            case body
            case write
            case abandoned
            case linger
        }

        var kind = Kind.nothing
        var deadline = NIODeadline.distantFuture
        var mark = 0
    }

    /// Sets the deadline that fits where the connection stands.
    func settle(_ context: ChannelHandlerContext) {
        let limits = core.limits
        switch phase {
        case .closed, .handedOver: return
        case .leaving:
            if hasSaidFarewell {
                watch(.linger, for: limits.linger, context)
            } else {
                watch(.write, for: limits.write, progress: acceptedBytes(context), context)
            }
        case .waiting, .receiving, .answering:
            if !context.channel.isWritable {
                watch(.write, for: limits.write, progress: acceptedBytes(context), context)
            } else if phase == .receiving {
                // While the disk is slower than the client, it is not the client who is slow.
                if incoming?.intake?.isFull == true { return watched.kind = .nothing }
                watch(.body, for: limits.body, progress: incoming?.taken ?? 0, context)
            } else if phase == .waiting {
                watch(hasPartialHead ? .head : .nextRequest, for: hasPartialHead ? limits.head : limits.idle, context)
            } else if peerHasFinished {
                watch(.abandoned, for: limits.abandoned, progress: sentBytes, context)
            } else {
                watched.kind = .nothing
            }
        }
    }

    private func watch(
        _ kind: Watched.Kind, for amount: TimeAmount, progress: Int = 0, _ context: ChannelHandlerContext
    ) {
        if kind == watched.kind, kind != .nextRequest, progress - watched.mark < minimumProgress(kind) { return }
        watched = Watched(kind: kind, deadline: .now() + amount, mark: progress)
        arm(context)
    }

    private func minimumProgress(_ kind: Watched.Kind) -> Int {
        switch kind {
        case .body, .write: core.configuration.minimumProgress
        case .abandoned: 1
        case .nothing, .nextRequest, .head, .linger: .max
        }
    }

    private func arm(_ context: ChannelHandlerContext) {
        if let timer {
            guard watched.deadline < timerDeadline else { return }
            timer.cancel()
        }
        timerDeadline = watched.deadline
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: timerDeadline) { connection.value.timerFired() }
    }

    private func timerFired() {
        timer = nil
        guard let context, phase != .closed, phase != .handedOver, watched.kind != .nothing else { return }
        guard watched.deadline <= .now() else { return arm(context) }
        if minimumProgress(watched.kind) < .max {
            // Progress since the deadline was set earns another one.
            settle(context)
            guard watched.deadline <= .now() else { return arm(context) }
        }
        expire(context)
    }

    private func expire(_ context: ChannelHandlerContext) {
        switch watched.kind {
        case .nothing: break
        case .head, .body: turn(context) { refuse(408, head: incoming?.head, context) }
        case .nextRequest, .write, .abandoned, .linger: context.close(promise: nil)
        }
    }

    /// Bytes of answers that the client's side has taken.
    private func acceptedBytes(_ context: ChannelHandlerContext) -> Int {
        let buffered = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
        return sentBytes - (buffered ?? 0)
    }
}
