/// What the printed command cards say.
enum StationCommand: String, Sendable, Hashable, CaseIterable {
    /// Take the own newest scan back.
    case undo = "CMD:UNDO"
    /// Leave the current sack.
    case done = "CMD:DONE"
    /// Say the last answer again.
    case again = "CMD:REPEAT"

    /// What the card does, as people read it beside the code.
    var words: String {
        switch self {
        case .undo: "Undo last scan"
        case .done: "Leave the sack"
        case .again: "Say it again"
        }
    }
}
