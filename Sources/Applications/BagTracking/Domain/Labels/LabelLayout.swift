/// How labels lie on paper (rule R43). Distances are millimetres.
enum LabelLayout: String, Sendable, Hashable, CaseIterable {
    /// 3 × 8 labels of 70 × 37 mm on A4.
    case small = "a4-24"
    /// 2 × 4 labels of 105 × 74 mm on A4.
    case large = "a4-8"
    /// One label of 100 × 50 mm on each page of a roll.
    case roll = "roll-100x50"

    /// Columns and rows of a page.
    var grid: (columns: Int, rows: Int) {
        switch self {
        case .small: (3, 8)
        case .large: (2, 4)
        case .roll: (1, 1)
        }
    }

    /// Width and height of a label.
    var label: (width: Double, height: Double) {
        switch self {
        case .small: (70, 37)
        case .large: (105, 74)
        case .roll: (100, 50)
        }
    }

    /// Width and height of a page.
    var page: (width: Double, height: Double) {
        switch self {
        case .small, .large: (210, 297)
        case .roll: label
        }
    }

    /// Labels on a page.
    var perPage: Int { grid.columns * grid.rows }

    /// What people read.
    var title: String {
        switch self {
        case .small: "A4, 24 labels of 70 × 37 mm"
        case .large: "A4, 8 labels of 105 × 74 mm"
        case .roll: "Roll, 100 × 50 mm"
        }
    }

    /// The upper left corner of the label with a number on its page, row by row. What a page is higher than its labels is
    /// left free in equal parts above and below.
    func corner(of place: Int) -> (left: Double, top: Double) {
        let (column, row) = (place % grid.columns, place / grid.columns)
        let margin = (page.height - Double(grid.rows) * label.height) / 2
        return (Double(column) * label.width, margin + Double(row) * label.height)
    }
}
