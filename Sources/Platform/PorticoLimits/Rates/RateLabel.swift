import Synchronization

/// The texts of a rule, stored once per process and never released, so that rules are plain bits: a decision copies rules
/// several times, and counting references to shared texts would cost more than the decision itself.
///
/// The table grows with the distinct names of rules, which programs and operators choose, never clients.
struct RateLabel: Sendable, Hashable {
    private final class Texts: Sendable {
        let name: String
        let unit: String

        init(name: String, unit: String) {
            self.name = name
            self.unit = unit
        }
    }

    private static let known = Mutex<[[String]: Unmanaged<Texts>]>([:])
    private let texts: Unmanaged<Texts>

    init(name: String, unit: String) {
        texts = RateLabel.known.withLock { known in
            if let texts = known[[name, unit]] { return texts }
            let texts = Unmanaged.passRetained(Texts(name: name, unit: unit))
            known[[name, unit]] = texts
            return texts
        }
    }

    var name: String { texts._withUnsafeGuaranteedRef { $0.name } }
    var unit: String { texts._withUnsafeGuaranteedRef { $0.unit } }

    static func == (left: RateLabel, right: RateLabel) -> Bool {
        left.texts.toOpaque() == right.texts.toOpaque()
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(texts.toOpaque())
    }
}
