import Glibc
import PorticoValues
import Testing

@Suite("Threads of one's own")
struct OwnThreadTests {
    @Test("a thread has the name it was given, as far as the system keeps it")
    func name() async throws {
        let name = try await onThread("a-name-longer-than-kept") { comm() }
        #expect(name == "a-name-longer-t")
    }

    @Test("niceness is that of one thread")
    func niceness() async throws {
        let before = getpriority(processScope, 0)
        let wanted = min(before + 3, 19)
        let (isSet, own) = try await onThread("nice") { (OwnThread.setNiceness(wanted), getpriority(processScope, 0)) }
        #expect(isSet)
        #expect(own == wanted)
        let after = try await onThread("plain") { getpriority(processScope, 0) }
        #expect(after == before)
    }

    @Test("what goes before others does not give that on to the threads it starts")
    func inheritance() async throws {
        let before = getpriority(processScope, 0)
        let (isSet, own, child) = try await onThread("first") {
            let isSet = OwnThread.setNiceness(-2)
            let child = Box()
            let started: Void? = try? OwnThread.start("second") { child.put(getpriority(processScope, 0)) }
            return (isSet, getpriority(processScope, 0), started == nil ? nil : child.take())
        }
        // Who may not go below 0 stays where it was.
        #expect(own == (isSet ? -2 : before))
        #expect(child == (isSet ? 0 : before))
    }

    private func onThread<Value: Sendable>(
        _ name: String, _ body: @escaping @Sendable () -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { caller in
            do throws(ThreadRefused) {
                try OwnThread.start(name) { caller.resume(returning: body()) }
            } catch {
                caller.resume(throwing: error)
            }
        }
    }
}

private let processScope = __priority_which_t(PRIO_PROCESS.rawValue)

/// What the system calls the calling thread.
private func comm() -> String {
    guard let file = fopen("/proc/thread-self/comm", "r") else { return "" }
    defer { fclose(file) }
    var bytes = [CChar](repeating: 0, count: 32)
    guard fgets(&bytes, Int32(bytes.count), file) != nil else { return "" }
    return String(decoding: bytes.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// A value handed from one thread to another.
private final class Box: @unchecked Sendable {
    private let lock = ThreadLock()
    private var value: CInt?

    func put(_ value: CInt) {
        lock.withLock {
            self.value = value
            lock.broadcast()
        }
    }

    func take() -> CInt? {
        lock.lock()
        defer { lock.unlock() }
        let end = monotonicNanoseconds() + 10_000_000_000
        while value == nil, lock.wait(until: end) {}
        return value
    }
}
