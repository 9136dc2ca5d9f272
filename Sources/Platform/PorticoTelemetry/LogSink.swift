import Glibc
import Synchronization

/// Where finished log lines go. Called from any thread.
public struct LogSink: Sendable {
    private let receive: @Sendable (LogLine) -> Void

    /// A sink that hands each line to `receive`.
    public init(_ receive: @escaping @Sendable (LogLine) -> Void) {
        self.receive = receive
    }

    /// Takes one line.
    public func write(_ line: LogLine) {
        receive(line)
    }

    /// The process's standard error.
    public static let standardError = LogSink.fileDescriptor(STDERR_FILENO)

    /// A file descriptor that stays the caller's to close; each line is one `write(2)`.
    ///
    /// A line that cannot be written (closed pipe, full disk, a reader that stalls for 100 ms) is lost: logging never
    /// fails the work it describes.
    public static func fileDescriptor(_ descriptor: Int32) -> LogSink {
        let turn = DescriptorTurn(descriptor)
        return LogSink { turn.write($0.bytes) }
    }

    /// A ring in memory.
    public static func ring(_ ring: LogRing) -> LogSink {
        LogSink { ring.append($0) }
    }

    /// Several sinks, each of which gets every line.
    public static func all(_ sinks: LogSink...) -> LogSink {
        LogSink { line in
            for sink in sinks { sink.write(line) }
        }
    }
}

/// A file descriptor that one thread at a time writes to, so that long lines, which the kernel may split, stay whole.
private final class DescriptorTurn: Sendable {
    private let descriptor: Mutex<Int32>

    init(_ descriptor: Int32) {
        self.descriptor = Mutex(descriptor)
    }

    func write(_ bytes: [UInt8]) {
        descriptor.withLock { descriptor in
            bytes.withUnsafeBytes { DescriptorTurn.writeAll($0, to: descriptor) }
        }
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
                continue
            }
            if errno == EINTR { continue }
            guard errno == EAGAIN else { return }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&waiting, 1, 100) > 0 else { return }
        }
    }
}
