/// The text of a statement and its bound values. Interpolating a value makes a parameter, never text, so that nothing a
/// person typed can become SQL. Interpolating another `SQL` inserts it with its parameters.
///
/// ```swift
/// let byCode: SQL = "SELECT id FROM bags WHERE code = \(code)"      // text: … code = $1
/// let filter: SQL = area.map { "AND area_code = \($0)" } ?? ""
/// let list: SQL = "SELECT id FROM bags WHERE kind = \(kind) \(filter)"
/// ```
///
/// Keep the number of distinct texts small (no lists of variable length): each text is prepared once per connection.
public struct SQL: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// Statement text with placeholders `$1`, `$2`, … in the order of ``parameters``.
    public private(set) var text: String
    /// The values of the placeholders.
    public private(set) var parameters: [SQLValue]
    /// See ``plannedOnce``.
    public private(set) var isPlannedOnce = false

    /// The same statement, planned once per connection for any values instead of anew for the values at hand.
    ///
    /// For reads that join a few tables by their keys, where planning costs more than running and the plan is the same
    /// for all values. Not for conditions that are true for half the rows with one value and for none with another.
    /// PostgreSQL obeys it in reads (`plan_cache_mode`); SQLite plans every statement once anyway. A piece that is
    /// interpolated into another statement does not bring it along.
    public var plannedOnce: SQL {
        var sql = self
        sql.isPlannedOnce = true
        return sql
    }

    /// A statement without parameters.
    public init(stringLiteral value: String) {
        text = value
        parameters = []
    }

    /// A statement with the interpolated values as parameters.
    public init(stringInterpolation: Interpolation) {
        text = stringInterpolation.text
        parameters = stringInterpolation.parameters
    }

    /// Text taken as it is. Only for names and words this program made (`ORDER BY` directions, table names).
    public init(trusted text: String) {
        self.text = text
        self.parameters = []
    }

    /// Both one after the other.
    public static func + (left: SQL, right: SQL) -> SQL {
        "\(left)\(right)"
    }

    /// Appends a piece.
    public static func += (left: inout SQL, right: SQL) {
        left = left + right
    }

    /// Collects the parts of an interpolated literal.
    public struct Interpolation: StringInterpolationProtocol {
        var text: String
        var parameters: [SQLValue] = []

        /// Room for the literal and its placeholders.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text = ""
            text.reserveCapacity(literalCapacity + 4 * interpolationCount)
            parameters.reserveCapacity(interpolationCount)
        }

        /// Statement text.
        public mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        /// A bound value.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            parameters.append(value.sqlValue)
            text += "$"
            text += String(parameters.count)
        }

        /// A bound value, or null.
        public mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            appendInterpolation(value.sqlValue)
        }

        /// A piece of SQL; its placeholders are renumbered.
        public mutating func appendInterpolation(_ piece: SQL) {
            guard !piece.parameters.isEmpty, !parameters.isEmpty else {
                text += piece.text
                parameters += piece.parameters
                return
            }
            var isPlaceholder = false
            for part in piece.text.split(separator: "$", omittingEmptySubsequences: false) {
                if isPlaceholder {
                    let digits = part.prefix { $0.isNumber }
                    text += "$"
                    if let number = Int(digits) { text += String(parameters.count + number) }
                    text += part.dropFirst(digits.count)
                } else {
                    text += part
                }
                isPlaceholder = true
            }
            parameters += piece.parameters
        }
    }
}
