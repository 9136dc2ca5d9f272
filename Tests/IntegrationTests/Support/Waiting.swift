import Foundation
import Glibc
import Synchronization

/// Something that was waited for did not come true in time.
struct Overdue: Error, CustomStringConvertible {
    let description: String
}

/// Runs blocking work on a thread of its own, so that it keeps no test from going on.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}

/// Runs blocking work many times at once, each on a thread of its own.
/// - Returns: what each gave, in the order of their numbers.
func together<Value: Sendable>(
    _ count: Int, _ work: @escaping @Sendable (Int) throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: (Int, Value).self) { group in
        for number in 0..<count {
            group.addTask { (number, try await onThread { try work(number) }) }
        }
        var values: [Int: Value] = [:]
        for try await (number, value) in group { values[number] = value }
        return (0..<count).compactMap { values[$0] }
    }
}

/// Tries until there is a value.
/// - Throws: ``Overdue`` after `seconds`, or what the attempt throws.
func eventually<Value: Sendable>(
    _ what: String, within seconds: Int = 60, _ attempt: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
        if let value = try await attempt() { return value }
        guard ContinuousClock.now < deadline else { throw Overdue(description: "\(what): not within \(seconds) s") }
        try await breather()
    }
}

/// Tries until it is so.
/// - Throws: ``Overdue`` after `seconds`, or what the attempt throws.
func eventually(_ what: String, within seconds: Int = 60, _ attempt: () async throws -> Bool) async throws {
    let _: Bool = try await eventually(what, within: seconds) { try await attempt() ? true : nil }
}

/// Lets a moment pass between two looks at something that nobody announces.
private func breather() async throws {
    _ = try await onThread { poll(nil, 0, 20) }
}

/// A line at which threads wait until all of them are there.
final class StartLine: Sendable {
    private let missing: Mutex<Int>
    private let gate = DispatchSemaphore(value: 0)
    private let count: Int

    init(_ count: Int) {
        self.count = count
        missing = Mutex(count)
    }

    /// Arrives, and goes on with all the others.
    func pass() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        guard isLast else { return gate.wait() }
        for _ in 1..<count { gate.signal() }
    }
}
