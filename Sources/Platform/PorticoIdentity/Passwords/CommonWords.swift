/// Words of which common passwords are made, in small letters without marks; each has at least four letters.
///
/// They were written for this project, by subject. Plurals and other endings need no entry of their own:
/// ``CommonPasswords`` counts what is left over.
enum CommonWords {
    /// The words in order, for looking up.
    static let list = WordList(all)

    /// The words by subject.
    static var all: [String] {
        [
            doors, work, feelings, nature, food, animals, sports, wheels, stories, music, belief, english, indian,
            brazilian, european, places, things,
        ].flatMap { text in text.split(whereSeparator: \.isWhitespace).map { String($0) } }
    }
}
