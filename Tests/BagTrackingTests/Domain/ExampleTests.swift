import Testing

@testable import BagTracking

@Suite("The README's rule") struct ExampleTests {
    // example
    func act(on label: ChildLabel, into sack: SackFacts) -> String {
        let facts = PackingFacts(userArea: "lucknow", parent: .found(sack), label: .success(label), child: nil)
        return switch PackingRules.decide(facts) {
        case .link: "write the link, the count and the scan in one transaction"
        case .duplicate: "write the scan only"
        case .refuse(let no): "store it as a rejected scan, answer \(no.code) and: \(no.detail)"
        }
    }
    // end of example

    @Test("a bag goes into a sack with room, and into no full one")
    func example() throws {
        let label = try ChildLabel.parse("3000001", catalog: builtInCatalog, isKnownChild: { _ in false })
        #expect(act(on: label, into: sack()).hasPrefix("write the link"))
        #expect(act(on: label, into: sack(count: 30)).hasPrefix("store it as a rejected scan, answer parent_full and"))
    }
}
