/// Sack or bag; a code keeps its kind for ever (rule R8).
enum BagKind: String, Sendable, Hashable, CaseIterable {
    /// A sack: a container with a capacity.
    case parent
    /// A small labelled bag.
    case child
}

/// The state of a sack (rule R12).
enum ParentStatus: String, Sendable, Hashable, CaseIterable {
    case empty, filling, full, retired
}

/// The state of a bag (rule R12).
enum ChildStatus: String, Sendable, Hashable, CaseIterable {
    case loose, linked, retired

    /// The status that follows from the facts: in no sack, in one, or retired.
    init(parentCode: String?, isRetired: Bool) {
        if isRetired {
            self = .retired
        } else {
            self = parentCode == nil ? .loose : .linked
        }
    }
}
