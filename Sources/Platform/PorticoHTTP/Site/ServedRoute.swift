/// A route as a site serves it: with its mount, and with everything that is the same for each of its requests worked out
/// once. Requests share it by reference; a declaration is too large to be copied on every step.
final class ServedRoute: Sendable {
    let route: Route
    let mount: Mount
    /// Where the mount stands in the site, and the route in its mount.
    let position: (mount: Int, route: Int)
    /// The path with its mount, as logs and metrics name the route.
    let pattern: String
    /// Names in the path's braces.
    let pathNames: [String]
    /// Where fields stand that the path doesn't name.
    let fieldPlace: FieldPlace
    /// Whether a body means anything.
    let takesBody: Bool
    /// The rule that counts its requests; nil where nothing is counted.
    let ruleName: String?

    init(_ route: Route, of mount: Mount, at position: (mount: Int, route: Int)) {
        self.route = route
        self.mount = mount
        self.position = position
        pattern = mount.prefix + route.path
        pathNames = route.pathNames
        fieldPlace = Route.fieldPlace(route.method)
        takesBody = route.format == .page || route.fields.contains { $0.place == .body }
        ruleName = route.limit.isUnlimited ? nil : route.limit.ruleName(of: mount)
    }
}
