/// The variants of an answer that clients with different `Accept-Encoding` get.
public enum AnswerCoding: UInt8, Sendable, Hashable {
    /// As it is.
    case identity
    /// RFC 1952.
    case gzip
    /// RFC 7932.
    case brotli
    /// RFC 8878.
    case zstd

    /// What somebody gets who accepts this; the best that is made.
    public init(accepting header: String?) {
        switch header.flatMap({ ContentCoding.chosen(by: $0, .kept) }) {
        case .brotli: self = .brotli
        case .zstd: self = .zstd
        case .gzip: self = .gzip
        case nil: self = .identity
        }
    }

    /// An `Accept-Encoding` that asks for just this variant; nil for none.
    public var request: String? {
        switch self {
        case .identity: nil
        case .gzip: ContentCoding.gzip.rawValue
        case .brotli: ContentCoding.brotli.rawValue
        case .zstd: ContentCoding.zstd.rawValue
        }
    }
}
