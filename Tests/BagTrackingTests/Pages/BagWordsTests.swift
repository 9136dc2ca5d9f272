import Testing

@testable import BagTracking

@Suite struct BagWordsTests {
    @Test(
        "every refusal of a scan has a sentence",
        arguments: ["parent_empty", "capacity_reached", "bill_not_open", "invalid_state", "other_area", "not_on_bill"])
    func refusals(code: String) {
        let words = BagWords.refusal(code)
        #expect(words.hasSuffix(".") && !words.contains("_"))
        #expect(words != code.replacing("_", with: " "))
    }

    @Test("every permission of every role has words", arguments: BagRole.allCases)
    func permissions(role: BagRole) {
        for permission in role.permissions {
            let words = BagWords.permission(permission)
            #expect(words != permission && words.first?.isUppercase == true, "\(permission)")
        }
    }

    @Test("advice fits where the bag is, and numbers fit their nouns")
    func advice() {
        func child(_ bill: String?) -> ChildFacts {
            ChildFacts(code: "1234567", areaCode: "lucknow", parentCode: "SB00001", parentBillCode: bill)
        }
        #expect(Refusal.linkedElsewhere(child(nil)).detail.contains("Put it back there"))
        let sealed = Refusal.linkedElsewhere(child("LKO 1")).detail
        #expect(sealed.contains("on bill LKO 1. Put it aside and tell the office.") && !sealed.contains("back there"))
        for (count, words) in [(1, "1 sack is on the bill."), (2, "2 sacks are on the bill.")] {
            let bill = BillFacts(
                id: 1, code: "LKO 1", state: .open, areaCode: "lucknow", capacity: 3,
                totals: BillTotals(linkedCount: count))
            #expect(Refusal.capacityBelowLinked(bill).detail.hasPrefix(words))
        }
    }

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
