/// What a node answers outside of its applications: the start page, assets, health, figures, and in the testing environment the
/// clock.
enum RootMount {
    /// - Parameter applications: those whose operators may see health and figures from elsewhere.
    static func make(
        _ configuration: Node.Configuration, _ parts: SharedParts, operations: [Route], of applications: [Mount]
    ) -> Mount {
        var routes = operations + parts.library.routes + [startPage(configuration)]
        if parts.isTesting { routes += TestingRoutes(clock: parts.clock).routes }
        var mount = Mount(id: "portico", prefix: "", title: "Portico", routes: routes)
        mount.authenticator = OperatorsAuthenticator(applications: applications.compactMap(\.authenticator))
        mount.errorPage = { problem, context in
            ErrorPage(
                shell: shell(context, title: problem.status.phrase), status: problem.status.code,
                title: problem.status.phrase, detail: problem.detail, requestID: context.requestID
            ).html
        }
        return mount
    }

    private static func startPage(_ configuration: Node.Configuration) -> Route {
        let applications = configuration.applications.map {
            StartPage.Application(name: $0.title, purpose: $0.purpose, href: "/\($0.id)/", mark: $0.mark)
        }
        return .page(.get, "/", "start", "What is running here", access: .anonymous) {
            (context: RequestContext, _: NoInput) in
            .page(StartPage(shell: shell(context, title: "Start"), applications: applications).html)
        }
    }

    private static func shell(_ context: RequestContext, title: String) -> PageShell {
        PageShell(
            title: title, application: "Portico", mark: .home, home: "/", assets: context.assets,
            nonce: context.nonce)
    }
}
