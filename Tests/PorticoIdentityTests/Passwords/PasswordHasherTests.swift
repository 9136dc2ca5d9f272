import PorticoHTTP
import PorticoIdentity
import Testing

@Suite struct PasswordHasherTests {
    /// A hash of `abcdefgh` with 64 MiB instead of today's memory.
    static let heavier =
        "$argon2id$v=19$m=65536,t=3,p=1$P9rTDz/qqX+r2IjOAJsz0g$0OsJAkAW/SpiJKncgvN0F9vq72mSHvWFqin8wDHEubI"

    @Test("hashes with argon2id and the documented parameters, each time with another salt")
    func parameters() async throws {
        let hasher = try PasswordHasher()
        let first = try await hasher.hash("Correct-horse-7")
        let second = try await hasher.hash("Correct-horse-7")
        #expect(first.hasPrefix("$argon2id$v=19$m=32768,t=3,p=1$"))
        #expect(first != second)
        #expect(!PasswordHasher.needsRehash(first))
    }

    @Test("knows the right password from a wrong one")
    func verification() async throws {
        let hasher = try PasswordHasher()
        let hash = try await hasher.hash("Correct-horse-7")
        #expect(try await hasher.verify("Correct-horse-7", against: hash))
        #expect(try await !hasher.verify("correct-horse-7", against: hash))
        #expect(try await !hasher.verify("", against: hash))
        #expect(try await !hasher.verify("Correct-horse-7", against: "no hash"))
    }

    @Test("says no where there is no hash")
    func nobody() async throws {
        #expect(try await !PasswordHasher().verify("Correct-horse-7", against: nil))
    }

    @Test("reads hashes made with other parameters and wants them renewed")
    func otherParameters() async throws {
        #expect(try await PasswordHasher().verify("abcdefgh", against: Self.heavier))
        #expect(PasswordHasher.needsRehash(Self.heavier))
    }

    @Test("answers 503 at once when the queue is long, and serves those who wait")
    func overload() async throws {
        let hasher = try PasswordHasher()
        let outcomes = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<(PasswordHasher.queueLimit * 3) {
                group.addTask {
                    do {
                        _ = try await hasher.verify("x", against: nil)
                        return 200
                    } catch {
                        return (error as? Problem)?.status.code ?? 0
                    }
                }
            }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(Set(outcomes) == [200, 503])
    }

    @Test("lets nobody who is known wait behind strangers")
    func lines() async throws {
        let hasher = try PasswordHasher()
        let order = await withTaskGroup(of: PasswordHasher.Line.self) { group in
            for _ in 0..<PasswordHasher.queueLimit / 2 {
                group.addTask {
                    _ = try? await hasher.verify("x", against: nil)
                    return .strangers
                }
            }
            // The first stranger has been served, so the others wait.
            var order = [await group.next()]
            group.addTask {
                _ = try? await hasher.verify("x", against: nil, in: .known)
                return .known
            }
            for await line in group { order.append(line) }
            return order
        }
        #expect(order.last == .strangers)
        #expect(order.contains(.known))
    }
}
