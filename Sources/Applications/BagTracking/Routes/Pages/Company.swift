import Portico

/// Who else is here: at work in an area, or at a bill. People hear only of places that they may see themselves.
struct Company: Sendable {
    let presence: Presence
    let caller: BagCaller

    private var member: PresentMember { PresentMember(id: String(caller.userID), name: caller.name) }

    /// Where the people are whom a caller sees at work: in their own area, or everywhere.
    static func workplace(of caller: BagCaller) -> String { "work:\(caller.areaCode ?? "*")" }

    /// Where those are who have a bill open.
    static func place(ofBill id: Int64) -> String { "bill:\(id)" }

    /// Keeps the caller at work as long as it lives and is renewed: while a live connection is open.
    func seat() -> PresenceSeat {
        presence.seat(for: member, at: Set(["work:*", Company.workplace(of: caller)]).sorted())
    }

    /// Notes that the caller is at work.
    /// - Returns: the others of the caller's area; for callers of all areas everybody.
    func atWork() async -> [PresentMember] {
        let everywhere = await presence.see(member, at: "work:*")
        guard let area = caller.areaCode else { return everywhere }
        return await presence.see(member, at: "work:\(area)")
    }

    /// Notes that the caller is still at work: a page of theirs is open, or they scan.
    func worksOn() async {
        await presence.renew(member, at: "work:*")
        if let area = caller.areaCode { await presence.renew(member, at: "work:\(area)") }
    }

    /// Notes that the caller has a bill open that may be seen.
    /// - Returns: the others who have it open.
    func atBill(_ id: Int64) async -> [PresentMember] {
        _ = await atWork()
        return await presence.see(member, at: Company.place(ofBill: id))
    }

    /// Notes that the caller checks a lorry.
    /// - Returns: the others who do.
    func atLorry(_ id: Int64) async -> [PresentMember] {
        _ = await atWork()
        return await presence.see(member, at: "gate:\(id)")
    }
}
