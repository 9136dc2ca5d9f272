import Portico

/// What undoing a scan is answered with: all as it was right after the undo, however often it is asked (rule R16).
struct UndoAnswer: JSONRepresentable {
    static let schemaName = "UndoAnswer"
    static let example = UndoAnswer(scan: .example, parent: .example, child: .example)

    var scan: ScanItem
    var parent: ScannedParent
    var child: ChildAnswer

    func write(to object: inout JSONObjectWriter) {
        object.field("scan", scan, "The scan, which stays in the history")
        object.field("parent", parent, "The sack after the undo")
        object.field("child", child, "The bag, loose now")
    }
}

/// What moving a bag is answered with.
struct MoveAnswer: JSONRepresentable {
    static let schemaName = "MoveAnswer"
    static let example = MoveAnswer(isMoved: true, child: .example, fromParent: nil, toParent: .example)

    var isMoved: Bool
    var child: ChildAnswer
    var fromParent: ParentAnswer?
    var toParent: ParentAnswer

    func write(to object: inout JSONObjectWriter) {
        object.field("moved", isMoved, "False when the bag was in the target already")
        object.field("child", child)
        object.field("from_parent", fromParent, "The sack it came from; null when it was loose")
        object.field("to_parent", toParent)
    }
}

/// What taking bags out of a sack is answered with.
struct UnlinkAnswer: JSONRepresentable {
    static let schemaName = "UnlinkAnswer"
    static let example = UnlinkAnswer(unlinked: 1, parent: .example)

    var unlinked: Int
    var parent: ParentAnswer

    func write(to object: inout JSONObjectWriter) {
        object.field("unlinked", unlinked, "How many bags are loose now")
        object.field("parent", parent, "The sack afterwards")
    }
}

/// The number that a sack carries.
struct SSCCAnswer: JSONRepresentable {
    static let schemaName = "SSCCAnswer"
    static let example = SSCCAnswer(code: "SB00012", sscc: "389012340000000015")

    var code: String
    var sscc: String

    func write(to object: inout JSONObjectWriter) {
        object.field("code", code, "The sack")
        object.field("sscc", sscc, "Its Serial Shipping Container Code")
    }
}

/// A sack or a bag.
enum BagAnswer: JSONRepresentable {
    case parent(ParentAnswer)
    case child(ChildAnswer)

    static let schemaName = "Bag"
    static let example = BagAnswer.child(.example)

    /// Members of the kind that it is; the schema shows those of a bag.
    func write(to object: inout JSONObjectWriter) {
        switch self {
        case .parent(let parent): parent.write(to: &object)
        case .child(let child): child.write(to: &object)
        }
    }
}
