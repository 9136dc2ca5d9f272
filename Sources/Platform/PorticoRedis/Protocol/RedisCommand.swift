import NIOCore

/// What may stand in a command: text, bytes, whole numbers.
public protocol RedisWord: Sendable {
    /// Appends this word as a bulk string.
    func append(to words: inout RedisWords)
}

/// The words of a command in the form in which they travel. Any bytes are safe in any word.
public struct RedisWords: Sendable, Hashable {
    /// How many there are.
    public private(set) var count = 0
    private(set) var encoded = ByteBuffer()

    /// No words.
    public init() {}

    /// Words in order.
    public init<each Word: RedisWord>(_ words: repeat each Word) {
        repeat (each words).append(to: &self)
    }

    /// Adds a word.
    public mutating func append(_ word: some RedisWord) {
        word.append(to: &self)
    }

    /// Adds a text as one word.
    public mutating func append(text: some StringProtocol) {
        begin(text.utf8.count)
        encoded.writeString(String(text))
        end()
    }

    /// Adds bytes as one word.
    public mutating func append(bytes: some Collection<UInt8>) {
        begin(bytes.count)
        encoded.writeBytes(bytes)
        end()
    }

    /// Adds all words of `others`.
    public mutating func append(contentsOf others: RedisWords) {
        count += others.count
        encoded.writeImmutableBuffer(others.encoded)
    }

    private mutating func begin(_ length: Int) {
        count += 1
        encoded.writeInteger(UInt8(ascii: "$"))
        encoded.writeString(String(length))
        end()
    }

    private mutating func end() {
        encoded.writeInteger(0x0D0A as UInt16)
    }
}

extension String: RedisWord {
    /// The UTF-8 of the text.
    public func append(to words: inout RedisWords) { words.append(text: self) }
}

extension Int64: RedisWord {
    /// The decimal digits.
    public func append(to words: inout RedisWords) { words.append(text: String(self)) }
}

extension Int: RedisWord {
    /// The decimal digits.
    public func append(to words: inout RedisWords) { words.append(text: String(self)) }
}

extension Array: RedisWord where Element == UInt8 {
    /// The bytes as they are.
    public func append(to words: inout RedisWords) { words.append(bytes: self) }
}

/// A command: its name and what follows.
///
/// ```swift
/// let answer = try await client.send(RedisCommand("SET", "greeting", "hello", "PX", 60_000))
/// ```
public struct RedisCommand: Sendable, Hashable {
    /// Name and arguments.
    public private(set) var words: RedisWords

    /// A command with its arguments. A subcommand is an argument: `RedisCommand("SCRIPT", "LOAD", source)`.
    public init<each Word: RedisWord>(_ name: String, _ arguments: repeat each Word) {
        words = RedisWords(name)
        repeat (each arguments).append(to: &words)
    }

    /// Adds an argument.
    public mutating func append(_ argument: some RedisWord) {
        words.append(argument)
    }

    /// Adds all words of `arguments`.
    public mutating func append(contentsOf arguments: RedisWords) {
        words.append(contentsOf: arguments)
    }

    /// Writes the command as a list of bulk strings.
    public func write(to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt8(ascii: "*"))
        buffer.writeString(String(words.count))
        buffer.writeInteger(0x0D0A as UInt16)
        buffer.writeImmutableBuffer(words.encoded)
    }
}
