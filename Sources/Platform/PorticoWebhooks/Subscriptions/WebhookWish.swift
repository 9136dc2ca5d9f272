import PorticoOutbound
import PorticoValues

/// A subscription as its owner wants it.
public struct WebhookWish: Sendable, Hashable {
    /// What the owner calls it: 1 to 100 characters.
    public var name: String
    /// Where to call.
    public var url: String
    /// The events it wants: kinds, `bag.*` for all of a beginning, `*` for all.
    public var kinds: [String]

    /// A wish.
    public init(name: String, url: String, kinds: [String]) {
        self.name = name
        self.url = url
        self.kinds = kinds
    }

    /// What a subscription is called that has no name: the host of its address.
    public static func name(of url: String) -> String {
        let host = (try? OutboundURL(url))?.host ?? url
        return String(host.prefix(100))
    }
}

/// Why something can't be done with a webhook.
public enum WebhookError: Error, Sendable, Hashable {
    /// A member of the wish is no good: its name, and the reason in words.
    case invalid(field: String, message: String)
    /// The account has as many as it may.
    case tooMany(limit: Int)
    /// There is no such subscription or delivery, or it is somebody else's.
    case unknown
    /// The subscription is paused or disabled.
    case notActive
}

extension WebhookDesk {
    /// Looks at a wish before anything is stored.
    /// - Throws: ``WebhookError/invalid(field:message:)``.
    func check(_ wish: WebhookWish) throws(WebhookError) {
        guard (1...100).contains(wish.name.unicodeScalars.count), !wish.name.utf8.contains(0) else {
            throw .invalid(field: "name", message: "must have 1 to 100 characters")
        }
        do {
            let url = try OutboundURL(wish.url)
            if let flaw = configuration.destination.flaw(of: url) {
                throw WebhookError.invalid(field: "url", message: "can't be called: \(flaw)")
            }
        } catch let error as OutboundError {
            throw .invalid(field: "url", message: "can't be called: \(error.detail)")
        } catch let error as WebhookError {
            throw error
        } catch {
            throw .invalid(field: "url", message: "can't be called")
        }
        let names = configuration.kinds.map(\.name)
        guard !wish.kinds.isEmpty else { throw .invalid(field: "events", message: "must name an event") }
        for kind in wish.kinds where !names.contains(where: { WebhookSubscription.covers(kind, $0) }) {
            throw .invalid(
                field: "events", message: "has none of the events there are: \(names.joined(separator: ", "))")
        }
    }
}
