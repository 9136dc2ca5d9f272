import NIOCore
import PorticoLimits
import Synchronization

/// The open connections of a server, with those whose work has not ended yet.
final class ConnectionRegistry: Sendable {
    /// What a new connection is to do.
    enum Admission {
        /// Serve its client.
        case welcome(Int)
        /// Tell its client that there are too many.
        case overfull(Int)
        /// Close at once: the server stops, one address has too many, or even those that are turned away are too many.
        case unwelcome(Int)

        var id: Int {
            switch self {
            case .welcome(let id), .overfull(let id), .unwelcome(let id): id
            }
        }
    }

    private struct State {
        var channels: [Int: any Channel] = [:]
        /// Connections by client, where they are counted, and the clients of those.
        var clients: [ClientNetwork: Int] = [:]
        var clientOf: [Int: ClientNetwork] = [:]
        var nextID = 0
        var isDraining = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// Connections beyond the capacity that may be about to be turned away with words.
    private static let farewells = 256

    private let state = Mutex(State())
    private let capacity: Int
    private let capacityPerAddress: Int?
    private let isShared: @Sendable (String) -> Bool

    init(
        capacity: Int, capacityPerAddress: Int? = nil, isShared: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.capacity = capacity
        self.capacityPerAddress = capacityPerAddress
        self.isShared = isShared
    }

    /// The channels of all connections.
    var channels: [any Channel] { state.withLock { Array($0.channels.values) } }

    func add(_ channel: any Channel, from address: String) -> Admission {
        let isCounted = capacityPerAddress != nil && !isShared(address)
        let client = ClientNetwork.of(address: address)
        return state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            state.channels[id] = channel
            let count = state.channels.count
            if isCounted, let capacityPerAddress {
                state.clientOf[id] = client
                let own = state.clients[client, default: 0] + 1
                state.clients[client] = own
                if own > capacityPerAddress { return .unwelcome(id) }
            }
            if state.isDraining || count > capacity + ConnectionRegistry.farewells { return .unwelcome(id) }
            return count > capacity ? .overfull(id) : .welcome(id)
        }
    }

    func remove(_ id: Int) {
        let waiters: [CheckedContinuation<Void, Never>] = state.withLock { state in
            state.channels[id] = nil
            if let client = state.clientOf.removeValue(forKey: id), let own = state.clients[client] {
                state.clients[client] = own > 1 ? own - 1 : nil
            }
            guard state.channels.isEmpty else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Marks every later connection as too late.
    /// - Returns: The channels to tell.
    func startDraining() -> [any Channel] {
        state.withLock { state in
            state.isDraining = true
            return Array(state.channels.values)
        }
    }

    /// Returns when there is no connection left, or when the time is over.
    func emptied(within timeout: Duration, on loop: any EventLoop) async {
        let alarm = loop.scheduleTask(in: TimeAmount(timeout)) { self.wake() }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isEmpty = state.withLock { state in
                guard !state.channels.isEmpty else { return true }
                state.waiters.append(continuation)
                return false
            }
            if isEmpty { continuation.resume() }
        }
        alarm.cancel()
    }

    private func wake() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
