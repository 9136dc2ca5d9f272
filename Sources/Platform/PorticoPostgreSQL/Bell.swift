import Glibc

/// Wakes a thread that waits for descriptors in `poll`.
///
/// A pipe with at most a few bytes in it.
final class Bell: Sendable {
    /// What the waiting thread polls for reading.
    let descriptor: Int32
    private let button: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        // Without descriptors poll ignores the bell, and the thread looks around when its timeout ends.
        if pipe(&ends) == 0 {
            for end in ends {
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            }
        }
        descriptor = ends[0]
        button = ends[1]
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
        if button >= 0 { Glibc.close(button) }
    }

    /// Wakes the thread.
    func ring() {
        var byte: UInt8 = 1
        _ = write(button, &byte, 1)
    }

    /// Waits until the bell rings, one of the other descriptors is ready, or the time is over.
    /// - Parameter timeout: in milliseconds; negative for ever.
    func wait(_ others: [pollfd] = [], timeout: Int32) {
        var descriptors = others
        descriptors.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        guard poll(&descriptors, nfds_t(descriptors.count), timeout) > 0 else { return }
        guard let own = descriptors.last, own.revents & Int16(POLLIN) != 0 else { return }
        var bytes: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        while read(descriptor, &bytes, 32) == 32 {}
    }
}
