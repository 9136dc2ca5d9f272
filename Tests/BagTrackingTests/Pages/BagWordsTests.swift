import Testing

@testable import BagTracking

@Suite struct BagWordsTests {
    @Test(
        "shows grams as kilograms without needless zeros",
        arguments: [
            (28000, "28 kg"), (27950, "27.95 kg"), (500, "0.5 kg"), (-22000, "−22 kg"),
            (1_728_000_500, "1,728,000.5 kg"),
        ])
    func weights(grams: Int, text: String) {
        #expect(BagWords.weight(grams) == text)
    }

    @Test("no step of a history is told in the API's word", arguments: ["found", "created", "linked", "duplicate"])
    func steps(what: String) {
        #expect(HistoryLine.word(what).0 != what)
    }

    @Test("counts in words")
    func counts() {
        #expect(BagWords.count(1, "bag", "bags") == "1 bag")
        #expect(BagWords.count(1200, "bag", "bags") == "1,200 bags")
    }
}
