extension String {
    /// What was typed, without spaces around it.
    var withoutEdges: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
