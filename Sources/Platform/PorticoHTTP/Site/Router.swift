/// Finds the route of a path: literal segments before `{name}`, one node a segment.
struct Router: Sendable {
    struct Match {
        let mount: Int
        let route: Int
        let parameters: [(name: String, value: String)]
    }

    enum Outcome {
        case match(Match)
        case wrongMethod(allowed: [String], mount: Int)
        case nothing(mount: Int?)
        case malformed
    }

    private struct Entry: Sendable {
        let method: HTTPMethod
        let mount: Int
        let route: Int
        let names: [String]
    }

    /// Nodes refer to each other by index, so that the whole tree is one value.
    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var entries: [Entry] = []
    }

    private var nodes = [Node()]
    private var mountNames: [String: Int] = [:]

    /// Adds a route. `path` is the whole path with its mount.
    /// - Throws: when the same method and path stand twice.
    mutating func add(_ path: String, method: HTTPMethod, mount: Int, route: Int) throws(RouterError) {
        var node = 0
        var names: [String] = []
        for segment in path.split(separator: "/") {
            let isParameter = segment.hasPrefix("{")
            if isParameter { names.append(String(segment.dropFirst().dropLast())) }
            let known = isParameter ? nodes[node].parameter : nodes[node].literals[String(segment)]
            let next = known ?? nodes.count
            if known == nil {
                nodes.append(Node())
                if isParameter { nodes[node].parameter = next } else { nodes[node].literals[String(segment)] = next }
            }
            node = next
        }
        guard !nodes[node].entries.contains(where: { $0.method == method }) else {
            throw RouterError(message: "\(method) \(path) is declared twice")
        }
        nodes[node].entries.append(Entry(method: method, mount: mount, route: route, names: names))
    }

    /// Names the first path segment of a mount, so that unknown paths below it get its pages.
    mutating func name(mount: Int, prefix: String) {
        mountNames[String(prefix.drop { $0 == "/" })] = mount
    }

    func find(_ method: HTTPMethod, _ path: Substring) -> Outcome {
        var segments: [String] = []
        for part in path.split(separator: "/") {
            guard let segment = PercentCoding.decode(part) else { return .malformed }
            segments.append(segment)
        }
        let mount = segments.first.flatMap { mountNames[$0] }
        var values: [String] = []
        guard path.utf8.first == 0x2F, let node = walk(0, segments[...], &values) else { return .nothing(mount: mount) }
        let entries = nodes[node].entries
        let wanted = method == .head && !entries.contains { $0.method == .head } ? .get : method
        guard let found = entries.first(where: { $0.method == wanted }) else {
            var allowed = entries.map(\.method.name)
            if allowed.contains("GET") { allowed.append("HEAD") }
            return .wrongMethod(allowed: allowed.sorted(), mount: entries[0].mount)
        }
        let parameters = zip(found.names, values).map { (name: $0, value: $1) }
        return .match(Match(mount: found.mount, route: found.route, parameters: parameters))
    }

    /// The node of a path that has routes: literals first, then the parameter.
    private func walk(_ node: Int, _ segments: ArraySlice<String>, _ values: inout [String]) -> Int? {
        guard let segment = segments.first else { return nodes[node].entries.isEmpty ? nil : node }
        if let next = nodes[node].literals[segment], let found = walk(next, segments.dropFirst(), &values) {
            return found
        }
        guard let next = nodes[node].parameter else { return nil }
        values.append(segment)
        if let found = walk(next, segments.dropFirst(), &values) { return found }
        values.removeLast()
        return nil
    }
}

/// Two declarations that exclude each other.
struct RouterError: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}
