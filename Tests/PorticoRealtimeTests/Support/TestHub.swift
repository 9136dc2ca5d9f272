import PorticoEvents
import PorticoJSON
import PorticoTelemetry
import PorticoValues
import Synchronization

@testable import PorticoRealtime

/// The time of a hub, moved by hand.
final class TestTiming: Sendable {
    private struct State {
        var now: Int64 = 1_000_000_000
        var planned: [(at: Int64, work: @Sendable () -> Void)] = []
    }

    private let state = Mutex(State())

    var timing: HubTiming {
        HubTiming(now: { self.state.withLock(\.now) }) { wait, work in
            self.state.withLock { $0.planned.append((at: $0.now + wait, work: work)) }
        }
    }

    /// Calls that are planned.
    var planned: Int { state.withLock(\.planned.count) }

    func advance(milliseconds: Int64) {
        let due = state.withLock { state in
            state.now += milliseconds * 1_000_000
            let now = state.now
            defer { state.planned.removeAll { $0.at <= now } }
            return state.planned.filter { $0.at <= now }
        }
        for call in due { call.work() }
    }
}

/// A hub in which every message leaves at once, unless told otherwise.
func testHub(
    timing: HubTiming = .system, metrics: MetricsRegistry = MetricsRegistry(), backplane: (any TopicBackplane)? = nil,
    _ change: (inout TopicHub.Configuration) -> Void = { $0.batchSpan = .milliseconds(0) }
) -> TopicHub {
    var configuration = TopicHub.Configuration()
    change(&configuration)
    return TopicHub(configuration, metrics: metrics, backplane: backplane, timing: timing)
}

/// A committed event as message.
func event(_ id: Int64, _ topic: String, key: String? = nil) -> TopicMessage {
    TopicMessage(
        position: EventPosition(id: id), topics: [topic], event: "scan", data: ["id": .integer(id)], key: key)
}

/// A passing message.
func passing(_ number: Int64, _ topic: String, key: String? = nil, isKept: Bool = false) -> TopicMessage {
    TopicMessage(
        position: nil, topics: [topic], event: "typing", data: ["n": .integer(number)], key: key, isKept: isKept)
}

extension TopicMailbox {
    /// What waits, as its data.
    func waiting() -> [String] {
        var data: [String] = []
        while case .delivery(let delivery) = take() {
            data.append(String(decoding: delivery.message.data, as: UTF8.self))
        }
        return data
    }
}
