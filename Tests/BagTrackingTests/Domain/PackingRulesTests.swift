import Testing

@testable import BagTracking

@Suite("Rule R10: scanning a sack")
struct ParentScanRulesTests {
    private func decide(
        _ code: String = "SB00001", sack: SackFacts? = nil, userArea: String? = "lucknow", area: String? = nil,
        catalog: ProductCatalog = builtInCatalog
    ) -> ParentScanDecision {
        let reference = Result { () throws(CodeError) in try ParentReference.parse(code, catalog: catalog) }
        return ParentScanRules.decide(
            ParentScanFacts(
                userArea: userArea, requestedArea: area, reference: reference, sack: sack,
                activeAreas: ["lucknow", "indore"]))
    }

    private func refusal(_ decision: ParentScanDecision) -> Refusal? {
        guard case .refuse(let refusal) = decision else { return nil }
        return refusal
    }

    @Test("an unknown code becomes a sack of the user's area")
    func creates() {
        #expect(decide() == .create(code: "SB00001", type: .mustard, areaCode: "lucknow"))
        #expect(decide(area: "lucknow") == .create(code: "SB00001", type: .mustard, areaCode: "lucknow"))
    }

    @Test("users of all areas say which area a new sack belongs to")
    func areaNeeded() {
        #expect(decide(userArea: nil, area: "indore") == .create(code: "SB00001", type: .mustard, areaCode: "indore"))
        for area in [nil, "atlantis"] {
            let refused = refusal(decide(userArea: nil, area: area))
            #expect(refused?.code == "validation_failed")
            #expect(refused?.fields.map(\.field) == ["area_code"])
            #expect(refused?.isRecorded == false)
        }
        #expect(decide(sack: sack(), userArea: nil, area: "atlantis") == .found(warnings: []))
    }

    @Test("a known sack is found, with what one should know about it")
    func finds() {
        #expect(decide(sack: sack()) == .found(warnings: []))
        let loaded = sack(count: 30, bill: "B1", hold: "wet")
        #expect(decide(sack: loaded) == .found(warnings: [.parentFull, .parentBilled, .onHold]))
    }

    @Test("refuses in order")
    func refuses() {
        let inactive = ProductCatalog([productType("XY", 4, active: false)])
        #expect(refusal(decide("SB1", sack: sack(), area: "indore"))?.code == "forbidden")
        #expect(refusal(decide("SB1"))?.code == "invalid_parent_code")
        #expect(refusal(decide("106141412345678900"))?.code == "invalid_sscc")
        #expect(refusal(decide("106141412345678908"))?.code == "sscc_not_assigned")
        #expect(refusal(decide(sack: sack(area: "indore", retired: true)))?.code == "other_area")
        #expect(refusal(decide(sack: sack(retired: true)))?.code == "bag_retired")
        #expect(refusal(decide("XY0001", catalog: inactive))?.code == "product_type_inactive")
    }

    @Test("existing sacks of an inactive type go on")
    func inactive() {
        let catalog = ProductCatalog([productType("XY", 4, active: false)])
        #expect(decide("XY0001", sack: sack("XY0001"), catalog: catalog) == .found(warnings: []))
    }

    @Test("an assigned SSCC stands for its sack")
    func sscc() {
        #expect(decide("(00)106141412345678908", sack: sack()) == .found(warnings: []))
    }
}

@Suite("Rule R11: scanning a bag into a sack")
struct PackingRulesTests {
    private let good = ChildLabel(code: "1234567", lot: nil, testDate: nil, warnings: [])

    private func decide(
        parent: ParentLookup = .found(sack()), label: Result<ChildLabel, CodeError>? = nil, child: ChildFacts? = nil,
        userArea: String? = "lucknow"
    ) -> PackingDecision {
        PackingRules.decide(
            PackingFacts(userArea: userArea, parent: parent, label: label ?? .success(good), child: child))
    }

    private func refusal(_ decision: PackingDecision) -> Refusal? {
        guard case .refuse(let refusal) = decision else { return nil }
        return refusal
    }

    @Test("links a bag that is new or loose")
    func links() {
        #expect(decide() == .link)
        #expect(decide(child: bag()) == .link)
        #expect(decide(parent: .found(sack(count: 29))) == .link)
        #expect(decide(parent: .found(sack(hold: "wet"))) == .link)
    }

    /// Each step breaks one more check, from the last to the first: what answers is always the earliest.
    @Test("the first failing check answers")
    func order() throws {
        let sscc = try SSCC.parse("106141412345678908")
        let bad = Result<ChildLabel, CodeError>.failure(.invalidChildCode("?"))
        let full = sack(count: 30)
        let billed = sack(count: 30, bill: "B1")
        let retired = sack(count: 30, retired: true, bill: "B1")
        let foreign = sack(area: "indore", count: 30, retired: true, bill: "B1")
        let elsewhere = bag(in: "SB00002")
        let foreignBag = bag(area: "indore", retired: true, in: "SB00002")
        let steps: [(String, PackingDecision)] = [
            ("parent_full", decide(parent: .found(full))),
            ("parent_billed", decide(parent: .found(billed))),
            ("linked_elsewhere", decide(parent: .found(billed), child: elsewhere)),
            ("bag_retired", decide(parent: .found(billed), child: bag(retired: true, in: "SB00002"))),
            ("bag_retired", decide(parent: .found(retired), child: elsewhere)),
            ("other_area", decide(parent: .found(retired), child: foreignBag)),
            ("invalid_child_code", decide(parent: .found(retired), label: bad, child: foreignBag)),
            ("other_area", decide(parent: .found(foreign), label: bad, child: foreignBag)),
            ("parent_not_found", decide(parent: .missing(.code("SB00009", .mustard)), label: bad)),
            ("sscc_not_assigned", decide(parent: .missing(.sscc(sscc)), label: bad)),
            ("invalid_parent_code", decide(parent: .invalid(.unknownLink(expecting: .parent)), label: bad)),
        ]
        for (code, decision) in steps {
            #expect(refusal(decision)?.code == code)
        }
    }

    @Test("the same bag again is a duplicate, also when the sack is full or billed")
    func duplicate() {
        #expect(decide(child: bag(in: "SB00001")) == .duplicate)
        #expect(decide(parent: .found(sack(count: 30, bill: "B1")), child: bag(in: "SB00001")) == .duplicate)
    }

    @Test("for users of all areas the bag follows the sack")
    func allAreas() {
        #expect(decide(child: bag(area: "indore"), userArea: nil) == .link)
        #expect(decide(parent: .found(sack(area: "indore")), child: bag(), userArea: nil) == .link)
    }

    @Test("tells where the bag is now, but nothing about another area")
    func current() throws {
        let linked = try #require(refusal(decide(child: bag(in: "SB00002", bill: "B7"))))
        #expect(linked.current == Refusal.Current(parentCode: "SB00002", billCode: "B7", areaCode: "lucknow"))
        #expect(linked.detail.contains("SB00002") && linked.detail.contains("B7"))
        let billed = try #require(refusal(decide(parent: .found(sack(bill: "B1")))))
        #expect(billed.current?.billCode == "B1")
        let foreign = try #require(refusal(decide(child: bag(area: "indore", in: "SB00002"))))
        #expect(foreign.tellsCurrent && foreign.current == nil)
        #expect(!foreign.detail.contains("SB00002") && !foreign.detail.contains("indore"))
    }
}

@Suite("Rule R12: status and weight")
struct ParentLoadTests {
    @Test(
        "status follows the count",
        arguments: [(0, ParentStatus.empty), (1, .filling), (29, .filling), (30, .full)])
    func status(count: Int, expected: ParentStatus) {
        #expect(sack(count: count).status == expected)
        #expect(sack(count: count, retired: true).status == .retired)
    }

    @Test("weight is count times unit weight")
    func weight() {
        let load = ParentLoad(childCount: 12, capacity: 15, unitWeightGrams: 950)
        #expect(load.weightGrams == 11_400)
        #expect(load.expectedWeightGrams == 14_250)
        #expect(load.room == 3)
    }

    @Test("never goes above capacity or below nothing")
    func changes() {
        let load = ParentLoad(childCount: 29, capacity: 30, unitWeightGrams: 1000)
        #expect(load.changed(by: 1)?.isFull == true)
        #expect(load.changed(by: 2) == nil)
        #expect(load.changed(by: -29)?.status == .empty)
        #expect(load.changed(by: -30) == nil)
        #expect(ParentLoad(childCount: 1, capacity: 1, unitWeightGrams: 1).status == .full)
    }

    @Test("a bag is loose, linked or retired")
    func child() {
        #expect(bag().status == .loose)
        #expect(bag(in: "SB00001").status == .linked)
        #expect(bag(retired: true).status == .retired)
    }
}
