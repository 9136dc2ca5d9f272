import CCurl
import Glibc
import PorticoValues
import Synchronization

/// The thread that makes all calls of a client, over libcurl's multi interface: connections are kept and shared.
///
/// `@unchecked Sendable`: the handle is used by the thread alone, but for waking it up, which libcurl allows from
/// anywhere as long as the handle lives; `mail` guards that.
final class TransferLoop: @unchecked Sendable {
    private struct Mail {
        var arrivals: [Transfer] = []
        var isClosing = false
        var isGone = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let multi: UnsafeMutableRawPointer
    private let mail = Mutex(Mail())

    /// A running loop.
    /// - Throws: ``OutboundError`` `.closed` when the system has no memory or thread for it.
    init(connections: Int, perHost: Int) throws(OutboundError) {
        guard let multi = curl_multi_init() else { throw OutboundError(.closed, detail: "no memory for calls") }
        self.multi = multi
        portico_curl_multi_number(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections)
        portico_curl_multi_number(multi, CURLMOPT_MAX_HOST_CONNECTIONS, perHost)
        portico_curl_multi_number(multi, CURLMOPT_MAXCONNECTS, connections)
        do throws(ThreadRefused) {
            try OwnThread.start("transfers") { [self] in run() }
        } catch {
            curl_multi_cleanup(multi)
            throw OutboundError(.closed, detail: "\(error)")
        }
    }

    /// Makes a call; ends early when the task is cancelled.
    func perform(_ transfer: Transfer) async -> TransferOutcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.finish = { continuation.resume(returning: $0) }
                submit(transfer)
            }
        } onCancel: {
            transfer.isUnwanted.store(true, ordering: .relaxed)
            wake()
        }
    }

    /// Ends all calls that are under way, and the thread.
    func close() async {
        await withCheckedContinuation { continuation in
            let isGone = mail.withLock { mail in
                if !mail.isGone { mail.waiting.append(continuation) }
                return mail.isGone
            }
            if isGone { continuation.resume() } else { begin() }
        }
    }

    /// Begins to end without waiting.
    func begin() {
        mail.withLock { mail in
            mail.isClosing = true
            if !mail.isGone { curl_multi_wakeup(multi) }
        }
    }

    private func submit(_ transfer: Transfer) {
        let isTaken = mail.withLock { mail in
            guard !mail.isClosing else { return false }
            mail.arrivals.append(transfer)
            curl_multi_wakeup(multi)
            return true
        }
        if !isTaken { transfer.finish?(.failed(OutboundError(.closed, detail: "the client has been shut down"))) }
    }

    private func wake() {
        mail.withLock { if !$0.isGone { curl_multi_wakeup(multi) } }
    }

    // MARK: The thread

    private func run() {
        // A peer that hangs up must not end the process.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var active: [UnsafeMutableRawPointer: Transfer] = [:]
        while true {
            let (arrivals, isClosing) = mail.withLock { mail in
                defer { mail.arrivals = [] }
                return (mail.arrivals, mail.isClosing)
            }
            for transfer in arrivals { begin(transfer, &active) }
            if isClosing { break }
            for transfer in active.values where transfer.isUnwanted.load(ordering: .relaxed) {
                end(transfer, CURLE_ABORTED_BY_CALLBACK, &active)
            }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            collect(&active)
            var ready: Int32 = 0
            curl_multi_poll(multi, nil, 0, active.isEmpty ? 60_000 : 1000, &ready)
        }
        leave(&active)
    }

    private func begin(_ transfer: Transfer, _ active: inout [UnsafeMutableRawPointer: Transfer]) {
        guard curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else {
            transfer.finish?(transfer.outcome(CURLE_FAILED_INIT))
            return
        }
        active[transfer.handle] = transfer
    }

    private func collect(_ active: inout [UnsafeMutableRawPointer: Transfer]) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let transfer = active[handle]
            else { continue }
            // Read first: the message is gone with the handle.
            end(transfer, message.pointee.data.result, &active)
        }
    }

    private func end(
        _ transfer: Transfer, _ code: CURLcode, _ active: inout [UnsafeMutableRawPointer: Transfer]
    ) {
        curl_multi_remove_handle(multi, transfer.handle)
        active[transfer.handle] = nil
        transfer.finish?(transfer.outcome(code))
        transfer.finish = nil
    }

    private func leave(_ active: inout [UnsafeMutableRawPointer: Transfer]) {
        for transfer in active.values {
            curl_multi_remove_handle(multi, transfer.handle)
            transfer.finish?(.failed(OutboundError(.closed, detail: "the client has been shut down")))
            transfer.finish = nil
        }
        active = [:]
        let waiting = mail.withLock { mail in
            mail.isGone = true
            defer { mail.waiting = [] }
            curl_multi_cleanup(multi)
            return mail.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
