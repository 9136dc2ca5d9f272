/// What may be told about daily summaries (rule R40).
extension Refusal {
    static func dayNotOver(_ date: String) -> Refusal {
        .conflict("day_not_over", "\(date) is not over yet. A summary is sent once its day has ended at midnight IST.")
    }
}
