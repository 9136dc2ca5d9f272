import Portico
import Testing

@testable import BagTracking

@Suite("Rule R16: undo")
struct UndoRulesTests {
    private let recorded = Instant(seconds: 1_800_000_000)

    private func decide(
        by user: Int64 = 1, any: Bool = false, kind: ScanKind = .child, outcome: ScanOutcome = .linked,
        undone: Bool = false, after: Span = .minutes(1), bill: String? = nil,
        child: ChildFacts? = bag(in: "SB00001", link: 7), travelled: Bool = false
    ) -> UndoDecision {
        UndoRules.decide(
            UndoFacts(
                userID: user, userArea: any ? nil : "lucknow", mayUndoAny: any,
                scan: UndoFacts.Scan(
                    id: 7, userID: 1, kind: kind, outcome: outcome, recordedAt: recorded, isUndone: undone),
                sack: sack(count: 1, bill: bill), child: child, hasTravelled: travelled, now: recorded + after))
    }

    private func refusal(_ decision: UndoDecision) -> Refusal? {
        guard case .refuse(let refusal) = decision else { return nil }
        return refusal
    }

    @Test("the own link within the hour")
    func undoes() {
        #expect(decide() == .undo)
        #expect(decide(after: .seconds(3600)) == .undo)
        #expect(decide(by: 2, any: true) == .undo)
    }

    @Test("not later, not even by an administrator")
    func window() {
        #expect(refusal(decide(after: .milliseconds(3_600_001)))?.code == "undo_window_passed")
        #expect(refusal(decide(by: 2, any: true, after: .hours(2)))?.code == "undo_window_passed")
        #expect(refusal(decide(after: .hours(2)))?.detail.contains("60 minutes") == true)
    }

    @Test("not somebody else's")
    func forbidden() {
        #expect(refusal(decide(by: 2))?.status == .forbidden)
        #expect(refusal(decide(by: 2, undone: true))?.code == "forbidden")
    }

    @Test("an undone scan stays undone, whatever has happened since")
    func again() {
        #expect(decide(undone: true, after: .days(9), bill: "B1", child: bag()) == .alreadyUndone)
    }

    @Test(
        "only links",
        arguments: [(ScanKind.parent, ScanOutcome.created), (.child, .duplicate), (.child, .rejected), (.bill, .added)])
    func notUndoable(kind: ScanKind, outcome: ScanOutcome) {
        #expect(refusal(decide(kind: kind, outcome: outcome))?.code == "not_undoable")
    }

    @Test("not while the sack is on a bill")
    func billed() {
        let refused = refusal(decide(bill: "B1"))
        #expect(refused?.code == "parent_billed")
        #expect(refused?.current?.billCode == "B1")
    }

    @Test("not when the bag has gone elsewhere since")
    func superseded() {
        for child in [bag(), bag(in: "SB00002", link: 9), bag(in: "SB00001", link: 9), nil] {
            #expect(refusal(decide(child: child))?.code == "superseded")
        }
        #expect(refusal(decide(child: bag(in: "SB00002", link: 9)))?.current?.parentCode == "SB00002")
    }

    @Test("not when the sack has left on a lorry with the bag inside")
    func travelled() {
        #expect(refusal(decide(travelled: true))?.code == "superseded")
        #expect(refusal(decide(travelled: true))?.current?.parentCode == "SB00001")
        #expect(decide(undone: true, travelled: true) == .alreadyUndone)
    }

    @Test("does not tell where a bag is in another area")
    func hidden() throws {
        let hidden = try #require(refusal(decide(child: bag(area: "indore", in: "SB00002", link: 9))))
        #expect(hidden.tellsCurrent && hidden.current == nil)
        #expect(!hidden.detail.contains("SB00002"))
    }
}

@Suite("Rules R17 and R18: corrections")
struct CorrectionRulesTests {
    private func move(_ child: ChildFacts, to target: ParentLookup) -> MoveDecision {
        MoveRules.decide(MoveFacts(userArea: nil, child: child, target: target))
    }

    private func code(_ decision: MoveDecision) -> String? {
        guard case .refuse(let refusal) = decision else { return nil }
        return refusal.code
    }

    @Test("moves a bag to another sack, of any area")
    func moves() {
        #expect(move(bag(in: "SB00001"), to: .found(sack("SB00002"))) == .move)
        #expect(move(bag(), to: .found(sack("SB00002", area: "indore"))) == .move)
    }

    @Test("to its present sack is no move, even when that is full")
    func unmoved() {
        #expect(move(bag(in: "SB00001"), to: .found(sack(count: 30))) == .unmoved)
    }

    @Test("judges the target as a scan does")
    func target() {
        let child = bag(in: "SB00001")
        #expect(code(move(child, to: .missing(.code("SB00009", .mustard)))) == "parent_not_found")
        #expect(code(move(child, to: .invalid(.unknownLink(expecting: .parent)))) == "invalid_parent_code")
        #expect(code(move(child, to: .found(sack("SB00002", retired: true)))) == "bag_retired")
        #expect(code(move(bag(retired: true), to: .found(sack("SB00002")))) == "bag_retired")
        #expect(code(move(child, to: .found(sack("SB00002", count: 30)))) == "parent_full")
        #expect(code(move(child, to: .found(sack("SB00002", count: 30, bill: "B1")))) == "parent_billed")
        let bound = MoveFacts(userArea: "lucknow", child: child, target: .found(sack("SB00002", area: "indore")))
        #expect(code(MoveRules.decide(bound)) == "other_area")
    }

    @Test("nothing leaves a billed sack")
    func sealed() {
        let child = bag(in: "SB00001", bill: "B1")
        let decision = move(child, to: .found(sack("SB00002")))
        guard case .refuse(let refusal) = decision else {
            Issue.record("moved out of a billed sack")
            return
        }
        #expect(refusal.code == "parent_billed")
        #expect(refusal.current == Refusal.Current(parentCode: "SB00001", billCode: "B1", areaCode: "lucknow"))
        #expect(UnlinkRules.refusal(for: child)?.code == "parent_billed")
        #expect(EmptyRules.refusal(for: sack(count: 3, bill: "B1"))?.code == "parent_billed")
    }

    @Test("unlinks a bag that is in a sack")
    func unlinks() {
        #expect(UnlinkRules.refusal(for: bag(in: "SB00001")) == nil)
        #expect(UnlinkRules.refusal(for: bag())?.code == "not_linked")
        #expect(UnlinkRules.refusal(for: bag(retired: true))?.code == "bag_retired")
    }

    @Test("empties a sack, full or empty")
    func empties() {
        #expect(EmptyRules.refusal(for: sack(count: 30)) == nil)
        #expect(EmptyRules.refusal(for: sack()) == nil)
        #expect(EmptyRules.refusal(for: sack(retired: true))?.code == "bag_retired")
    }

    @Test("a reason has 3 to 200 characters")
    func reasons() throws {
        #expect(try Reason.check("  wet \n") == "wet")
        #expect(try Reason.check(String(repeating: "x", count: 200)).count == 200)
        let bad: [(String?, String)] = [
            (nil, "required"), ("", "too_short"), ("ab ", "too_short"),
            (String(repeating: "x", count: 201), "too_long"),
        ]
        for (text, code) in bad {
            let problem = #expect(throws: FieldProblem.self) { try Reason.check(text) }
            #expect(problem?.code == code && problem?.field == "reason")
        }
    }
}

@Suite("Rules R20 and R21: retire and hold")
struct RetireRulesTests {
    private func code(_ decision: RetireDecision) -> String? {
        guard case .refuse(let refusal) = decision else { return nil }
        return refusal.code
    }

    @Test("retires an empty sack and a loose bag")
    func retires() {
        #expect(RetireRules.decide(sack: sack(), wasDispatched: false, cascades: false) == .retire(unlinking: 0))
        #expect(RetireRules.decide(child: bag(), wasDispatched: false) == .retire(unlinking: 0))
    }

    @Test("twice is once")
    func unchanged() {
        #expect(RetireRules.decide(sack: sack(retired: true), wasDispatched: true, cascades: false) == .unchanged)
        #expect(RetireRules.decide(child: bag(retired: true), wasDispatched: true) == .unchanged)
    }

    @Test("a sack with bags only when they may become loose")
    func cascade() {
        let decision = RetireRules.decide(sack: sack(count: 12), wasDispatched: false, cascades: false)
        guard case .refuse(let refusal) = decision else {
            Issue.record("retired a sack with bags")
            return
        }
        #expect(refusal.code == "has_children")
        #expect(refusal.numbers == ["child_count": 12])
        #expect(refusal.detail.contains("12 bags"))
        #expect(
            RetireRules.decide(sack: sack(count: 12), wasDispatched: false, cascades: true) == .retire(unlinking: 12))
    }

    @Test("never what is on a bill, was dispatched, or is in a sack")
    func refuses() {
        #expect(code(RetireRules.decide(sack: sack(bill: "B1"), wasDispatched: false, cascades: true)) == "bag_billed")
        #expect(code(RetireRules.decide(sack: sack(), wasDispatched: true, cascades: true)) == "bag_billed")
        #expect(code(RetireRules.decide(child: bag(in: "SB00001"), wasDispatched: false)) == "bag_linked")
        #expect(code(RetireRules.decide(child: bag(), wasDispatched: true)) == "bag_billed")
    }

    @Test("a sack on hold is not billed")
    func hold() {
        #expect(HoldRules.refusal(toBill: sack()) == nil)
        let refusal = HoldRules.refusal(toBill: sack(hold: "returned: wet"))
        #expect(refusal?.code == "on_hold")
        #expect(refusal?.detail.contains("returned: wet") == true)
        #expect(HoldRules.refusal(toHold: sack(bill: "B1")) == nil)
        #expect(HoldRules.refusal(toHold: sack(retired: true))?.code == "bag_retired")
    }
}
