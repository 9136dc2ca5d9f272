import PorticoJSON
import PorticoValues
import Synchronization

/// Tells those who watch a place when somebody comes or goes: at most once a second for each place, on every node by itself.
///
/// ```swift
/// let news = PresenceNews(of: presence, over: hub)
/// // Clients watch PresenceNews.topic(of: "bill:4711"); `news.present` tells them who is there when they begin.
/// await news.run()
/// ```
///
/// A message `presence` names everybody who is there, and who has come and gone since the one before:
/// `{"members":[{"id":"12","name":"Asha"}],"joined":[…],"left":[…]}`. All nodes look at the same store, so that a change at one
/// node is told at the others, and people of a node that died are told to have left when their time is over.
public final class PresenceNews: Sendable {
    private let presence: Presence
    private let hub: TopicHub
    private let told = Mutex(Told())

    private struct Told {
        /// Who was told to be at the places that somebody watches.
        var members: [String: [PresentMember]] = [:]
        /// Changes that were told, of all places.
        var edition: Int64 = 0
    }

    private static let prefix = "presence@"

    /// News of who is where, for those who watch a hub.
    public init(of presence: Presence, over hub: TopicHub) {
        self.presence = presence
        self.hub = hub
    }

    /// The hub's topic about a place.
    public static func topic(of place: String) -> String { prefix + place }

    /// The place that a topic of ``topic(of:)`` is about; nil for another topic.
    public static func place(in topic: String) -> String? {
        topic.hasPrefix(prefix) ? String(topic.dropFirst(prefix.count)) : nil
    }

    /// Who is at the places among `topics` now, for clients that have just begun to watch them.
    public func present(_ topics: Set<String>) async -> [TopicMessage] {
        var messages: [TopicMessage] = []
        for place in topics.compactMap({ PresenceNews.place(in: $0) }).sorted() {
            let members = await presence.members(at: place)
            // Whoever comes second begins where the first one is, so that both are told the same changes. Those up to here
            // are in it, though one may be on its way still.
            let (here, edition) = told.withLock { told in
                let here = told.members[place] ?? members
                told.members[place] = here
                return (here, told.edition)
            }
            messages.append(PresenceNews.message(place, from: here, to: here).numbered(edition))
        }
        return messages
    }

    /// Looks each second, until the task is cancelled. Places that nobody watches cost nothing.
    public func run(every interval: Span = .seconds(1)) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(interval.milliseconds))
            await look()
        }
    }

    /// Looks once at the places that somebody watches, and tells what has changed.
    public func look() async {
        let places = told.withLock { told in
            // Whoever watches a topic is known to the hub before the place is noted here.
            told.members = told.members.filter { hub.hasSubscribers(of: [PresenceNews.topic(of: $0.key)]) }
            return told.members.keys.sorted()
        }
        for place in places {
            let now = await presence.members(at: place)
            let change = told.withLock { told -> TopicMessage? in
                guard let before = told.members[place], before != now else { return nil }
                told.members[place] = now
                told.edition += 1
                return PresenceNews.message(place, from: before, to: now).numbered(told.edition)
            }
            if let change { hub.publish([change]) }
        }
    }

    /// What has changed. It has no key, because each change counts.
    private static func message(
        _ place: String, from before: [PresentMember], to now: [PresentMember]
    ) -> TopicMessage {
        func missing(_ members: [PresentMember], in others: [PresentMember]) -> JSONValue {
            let known = Set(others.map(\.id))
            return list(members.filter { !known.contains($0.id) })
        }
        return TopicMessage(
            position: nil, topics: [topic(of: place)], event: "presence",
            data: [
                "members": list(now), "joined": missing(now, in: before), "left": missing(before, in: now),
            ])
    }

    private static func list(_ members: [PresentMember]) -> JSONValue {
        .array(members.map { ["id": .string($0.id), "name": .string($0.name)] })
    }
}
