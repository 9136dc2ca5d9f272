import PorticoEvents
import PorticoJSON
import PorticoPages

/// Events as operators read them.
enum EventWords {
    /// The most of a payload that is shown: characters.
    private static let most = 4000

    static func badge(_ state: ParkedEventState) -> Badge {
        switch state {
        case .retrying: Badge("Tried again", tone: .info, icon: .retry)
        case .behind: Badge("Waits behind", icon: .link)
        case .dead: Badge("Given up", tone: .bad, icon: .warning)
        }
    }

    static func badge(_ standing: EventConsumerStanding) -> Badge {
        if standing.isHalted { return Badge("Stands still", tone: .bad, icon: .stop) }
        if (standing.parked[.dead] ?? 0) > 0 { return Badge("Has given events up", tone: .warn, icon: .warning) }
        if standing.rebuild != nil { return Badge("Is built anew", tone: .info, icon: .retry) }
        return standing.behind > 0 ? Badge("Behind", tone: .info, icon: .clock) : Badge("Up to date", tone: .good)
    }

    /// What an event says, one member below the other; members whose names speak of secrets are hidden.
    static func payload(_ event: Event) -> String {
        let text = JobWords.lines(hidden(event.payload))
        return text.count > most ? "\(text.prefix(most))…" : text
    }

    private static let secrets = ["secret", "password", "token", "authorization", "cookie", "credential"]

    private static func hidden(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.map { member in
                    let name = member.key.lowercased()
                    let isSecret = secrets.contains { name.contains($0) }
                    return (key: member.key, value: isSecret ? .string("(hidden)") : hidden(member.value))
                })
        case .array(let elements): .array(elements.map { hidden($0) })
        default: value
        }
    }
}
