import Glibc
import PorticoBench

/// A file that a measurement writes. It is opened before anything is measured, so that no figure is lost to a wrong name.
struct BenchFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// - Parameter keepsContent: whether what the file holds stays until it is replaced.
    /// - Throws: ``BenchError`` when it can't be written.
    init(_ path: String, keepsContent: Bool = false) throws(BenchError) {
        self.path = path
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (keepsContent ? 0 : O_TRUNC), 0o644)
        guard descriptor >= 0 else { throw BenchError("\(path) can't be written: \(String(cString: strerror(errno)))") }
    }

    /// Writes bytes behind those written before.
    func append(_ bytes: [UInt8]) throws(BenchError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                throw BenchError("\(path) can't be written: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Puts bytes in the place of what the file holds.
    func replace(with bytes: [UInt8]) throws(BenchError) {
        guard ftruncate(descriptor, 0) == 0 else {
            throw BenchError("\(path) can't be written: \(String(cString: strerror(errno)))")
        }
        try append(bytes)
    }
}
