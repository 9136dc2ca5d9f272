import Portico

/// Who else is here, in one line that the page keeps current; nothing to see while nobody is.
struct CompanyLine: PageComponent {
    /// The others, by name.
    var people: [PresentMember]
    /// What they do, such as `at work now`.
    var doing: String

    /// Names that are told; of more only the number is.
    private static let told = 5

    var html: HTML {
        """
        <p class="note" id="company" data-refresh data-current="20" role="status">\(people.isEmpty ? nil : line)</p>
        """
    }

    private var line: HTML {
        "\(Icon.users) \(names) \(people.count == 1 ? "is" : "are") \(doing)."
    }

    private var names: String {
        let shown = people.prefix(CompanyLine.told).map(\.name)
        let more = people.count - shown.count
        let all = more > 0 ? shown + [more == 1 ? "one other" : "\(more) others"] : Array(shown)
        guard all.count > 1, let last = all.last else { return all.first ?? "" }
        return "\(all.dropLast().joined(separator: ", ")) and \(last)"
    }
}
