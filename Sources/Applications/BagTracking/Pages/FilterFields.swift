import Portico

/// The fields of a list's filter; none of them has to be filled in.
struct FilterFields {
    /// What is wrong with the filter.
    var messages: [FieldMessage]

    /// A field for a code or a part of one.
    func code(_ name: String, _ label: String, _ value: String, maxLength: Int, hint: String? = nil) -> TextField {
        TextField(
            name, label: label, value: value, hint: hint, error: error(name), presence: .free, maxLength: maxLength,
            isCode: true)
    }

    /// A field for a day in the warehouse's time.
    func day(_ name: String, _ label: String, _ value: String) -> TextField {
        TextField(name, label: label, value: value, kind: .date, error: error(name), presence: .free)
    }

    /// A list with "Any" in front.
    func choice(_ name: String, _ label: String, _ value: String, _ choices: [Choice]) -> SelectField {
        SelectField(
            name, label: label, value: value, choices: [Choice("", "Any")] + choices, error: error(name),
            presence: .free)
    }

    private func error(_ name: String) -> String? {
        FormState(messages: messages).message(name)
    }
}
