/// Finds the route of a path: literal segments before `{name}.svg` before `{name}`, one node a segment. Paths without parameters are known
/// whole as well, so that most requests cost one look-up.
struct Router: Sendable {
    struct Match {
        let served: ServedRoute
        let parameters: [(name: String, value: String)]
    }

    enum Outcome {
        case match(Match)
        case wrongMethod(allowed: [String], mount: Int)
        case nothing(mount: Int?)
        case malformed
    }

    /// Nodes refer to each other by index, so that the whole tree is one value.
    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var parameter: Int?
        /// Parameters whose segment has an ending, which is no part of the value.
        var endings: [(text: String, node: Int)] = []
        var entries: [ServedRoute] = []
    }

    private var nodes = [Node()]
    /// Nodes by whole path, of routes without parameters.
    private var known: [Substring: Int] = [:]
    private var mountNames: [String: Int] = [:]

    /// Adds a route.
    /// - Throws: when the same method and path stand twice.
    mutating func add(_ served: ServedRoute) throws(RouterError) {
        var node = 0
        for segment in served.pattern.split(separator: "/") {
            node = step(from: node, over: segment)
        }
        let method = served.route.method
        guard !nodes[node].entries.contains(where: { $0.route.method == method }) else {
            throw RouterError(message: "\(method) \(served.pattern) is declared twice")
        }
        nodes[node].entries.append(served)
        if served.pathNames.isEmpty { known[Substring(served.pattern)] = node }
    }

    /// The node behind a segment of a pattern, made where there is none.
    private mutating func step(from node: Int, over segment: Substring) -> Int {
        let isParameter = segment.hasPrefix("{")
        let ending = isParameter ? String(segment.drop { $0 != "}" }.dropFirst()) : ""
        let literal = String(segment)
        let known =
            if !isParameter { nodes[node].literals[literal] } else if ending.isEmpty { nodes[node].parameter } else {
                nodes[node].endings.first { $0.text == ending }?.node
            }
        if let known { return known }
        let next = nodes.count
        nodes.append(Node())
        if !isParameter {
            nodes[node].literals[literal] = next
        } else if ending.isEmpty {
            nodes[node].parameter = next
        } else {
            nodes[node].endings.append((text: ending, node: next))
        }
        return next
    }

    /// Names the first path segment of a mount, so that unknown paths below it get its pages.
    mutating func name(mount: Int, prefix: String) {
        mountNames[String(prefix.drop { $0 == "/" })] = mount
    }

    func find(_ method: HTTPMethod, _ path: Substring) -> Outcome {
        if let node = known[path] { return choose(method, at: node, []) }
        var segments: [String] = []
        for part in path.utf8.split(separator: 0x2F) {
            guard let segment = PercentCoding.decode(Substring(part)) else { return .malformed }
            segments.append(segment)
        }
        let mount = segments.first.flatMap { mountNames[$0] }
        // Where a value is missing there is nothing: `DELETE /users//sessions` must not end everybody's sessions.
        guard !Router.hasEmptySegment(path) else { return .nothing(mount: mount) }
        var values: [String] = []
        guard path.utf8.first == 0x2F, let node = walk(0, segments[...], &values) else { return .nothing(mount: mount) }
        return choose(method, at: node, values)
    }

    /// Whether two slashes stand side by side. One at the end is allowed.
    private static func hasEmptySegment(_ path: Substring) -> Bool {
        zip(path.utf8, path.utf8.dropFirst()).contains { $0 == 0x2F && $1 == 0x2F }
    }

    private func choose(_ method: HTTPMethod, at node: Int, _ values: [String]) -> Outcome {
        let entries = nodes[node].entries
        var found = entries.first { $0.route.method == method }
        if found == nil, method == .head { found = entries.first { $0.route.method == .get } }
        guard let found else {
            var allowed = entries.map(\.route.method.name)
            if allowed.contains("GET") { allowed.append("HEAD") }
            return .wrongMethod(allowed: allowed.sorted(), mount: entries[0].position.mount)
        }
        return .match(Match(served: found, parameters: zip(found.pathNames, values).map { (name: $0, value: $1) }))
    }

    /// The node of a path that has routes: literals first, then the parameter.
    private func walk(_ node: Int, _ segments: ArraySlice<String>, _ values: inout [String]) -> Int? {
        guard let segment = segments.first else { return nodes[node].entries.isEmpty ? nil : node }
        if let next = nodes[node].literals[segment], let found = walk(next, segments.dropFirst(), &values) {
            return found
        }
        for ending in nodes[node].endings where segment.hasSuffix(ending.text) && segment != ending.text {
            values.append(String(segment.dropLast(ending.text.count)))
            if let found = walk(ending.node, segments.dropFirst(), &values) { return found }
            values.removeLast()
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
