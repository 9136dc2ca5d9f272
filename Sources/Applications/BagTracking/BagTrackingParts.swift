import Portico

/// The parts of the running application, put together once at the start.
struct BagTrackingParts: Sendable {
    private let environment: ApplicationEnvironment
    private let isDemonstration: Bool
    private let services: BagTrackingServices
    private let identity: Identity
    private let people: PeopleStore
    private let catalog: CatalogStore
    private let stats: StatsReader
    private let dashboard: DashboardCopies
    private let live: LiveUpdates
    private let denied: DeniedJournal
    private let summaries: SummaryReader
    private let gauges: StockGauges
    /// Who outside hears of what happens here.
    let webhooks: BagWebhooks
    /// What is done later, and what comes by the clock.
    let work: BagWork
    private let exports: ExportDesk

    init(
        _ environment: ApplicationEnvironment, settings: BagSettings, isDemonstration: Bool,
        roles: [(name: String, permissions: Set<String>)]
    ) throws {
        self.environment = environment
        self.isDemonstration = isDemonstration
        identity = BagTrackingParts.identity(
            environment, roles: roles, secondFactors: settings.secondFactors, passwords: settings.passwords)
        services = BagTrackingServices(
            database: environment.database, clock: environment.clock, outbox: environment.outbox,
            mails: environment.mails, jobs: environment.jobs, cursors: identity.cursors, settings: settings,
            metrics: environment.metrics, presence: environment.presence,
            checkpoints: environment.checkpoints(of: "bags"), caches: environment.caches)
        people = PeopleStore(services: services, accounts: identity.accounts)
        catalog = CatalogStore(services: services)
        stats = StatsReader(clock: environment.clock, caches: environment.caches)
        dashboard = DashboardCopies(in: environment.caches)
        live = LiveUpdates(services: services, stats: stats, metrics: environment.metrics)
        denied = DeniedJournal(database: environment.database)
        summaries = SummaryReader(services: services, caches: environment.caches)
        gauges = StockGauges(database: environment.database, stats: stats, metrics: environment.metrics)
        webhooks = try BagWebhooks(environment, metrics: services.metrics)
        work = BagWork(
            services: services, summaries: summaries, watch: CounterWatch(metrics: environment.metrics))
        exports = ExportDesk(
            most: settings.exportsPerUser, database: environment.database, clock: environment.clock,
            metrics: services.metrics)
    }

    /// Accounts and sessions of bag tracking; whoever signs in brings the area along.
    static func identity(
        _ environment: ApplicationEnvironment, roles: [(name: String, permissions: Set<String>)],
        secondFactors: [String: SecondFactorRule] = [:], passwords: PasswordRules = PasswordRules()
    ) -> Identity {
        var configuration = Identity.Configuration(
            application: "bags", database: environment.database, keys: environment.keys, clock: environment.clock,
            roles: RoleCatalog(roles), isSecure: environment.isSecure)
        configuration.previousKeys = environment.previousKeys
        configuration.secondFactors = secondFactors
        configuration.passwords = passwords
        configuration.lockout = PeopleSettings.lockout(of: "bags", in: environment.settings)
        configuration.sessions = PeopleSettings.sessions(
            configuration.sessions, of: "bags", in: environment.settings)
        configuration.mail = environment.accountMail(title: "Bag tracking")
        configuration.hasSignInLinks = PeopleSettings.hasSignInLinks(in: "bags", environment.settings)
        configuration.texts = environment.accountTexts(title: "Bag tracking")
        configuration.logger = environment.logger
        return Identity(
            configuration, hasher: environment.passwords, attributes: UserProfile.attributes)
    }
}

// MARK: - Routes

extension BagTrackingParts {
    /// Everything the application answers.
    func mount(id: String, title: String) -> Mount {
        let (named, places) = (NamedThings(services: services), BulkPlaces(desk: exports))
        let routes = accounts + (api + pages).map(named.found) + environment.limits.routes + operations
        var mount = Mount(id: id, prefix: "/\(id)", title: title, routes: routes.map(places.limited))
        mount.authenticator = identity.authenticator
        mount.idempotency = identity.idempotency
        mount.roles = identity.roles.roles
        mount.errorPage = BagTrackingParts.errorPage
        mount.onDenied = { [denied] context, _ in denied.note(context) }
        mount.routes += [serviceWorker] + InstalledStation.routes
        let document = contract(of: mount)
        mount.routes.append(document)
        return mount
    }

    private var privacy: PersonalDataRoutes {
        PersonalDataRoutes(
            identity: identity, mails: services.mails, texts: environment.texts, jobs: services.jobs)
    }

    /// Signing in, tokens, and what people do with their own account.
    private var accounts: [Route] {
        signingIn + identity.tokenRoutes + identity.ownerRoutes + accountPages + identity.apiKeyRoutes
            + privacy.routes + identity.mailedLinkRoutes(appearance: appearance)
            + identity.invitationRoutes(
                InvitationDesk<InvitedProfile>.bags, csrf: environment.csrf, appearance: appearance, extras: area)
    }

    private var accountPages: [Route] {
        identity.accountPages(
            AccountAppearance(
                zone: .india, exportPath: "/api/v1/personal-data", roleName: { BagWords.role($0) },
                permissionName: { BagWords.permission($0) }
            ) { [services] context in
                try BagFrame(context, try await services.presentCatalog()).shell(title: "Your account")
            })
    }

    private var signingIn: [Route] {
        identity.routes(csrf: environment.csrf, appearance: appearance, extras: area)
    }

    private var appearance: IdentityRoutes.Appearance {
        IdentityRoutes.Appearance(
            hint: isDemonstration ? BagTrackingParts.demonstrationHint : nil,
            secondFactorPath: AccountAppearance.secondFactorPath, passwordPath: AccountAppearance.accountPath,
            landing: { $0.roles.lazy.compactMap { BagRole(rawValue: $0)?.landing }.first }
        ) { context in
            bagShell(title: "Sign in", assets: context.assets, nonce: context.nonce)
        }
    }

    private var area: IdentityRoutes.Extras {
        { principal in
            [(name: "area_code", value: principal.attributes["area_code"].map { .string($0) } ?? .null)]
        }
    }

    /// Who carries a request.
    private var carrier: @Sendable (RequestHead) async throws -> Principal? {
        { [authenticator = identity.authenticator] head in try await authenticator.principal(for: head) }
    }

    private var api: [Route] {
        let groups: [[Route]] = [
            ScanRoutes(services: services) { [denied] in denied.note($0) }.routes,
            BillRoutes(services: services).routes,
            BillSackRoutes(services: services).routes, GateRoutes(services: services).routes,
            CorrectionRoutes(services: services).routes,
            ReadingRoutes(services: services).routes, TraceRoutes(services: services).routes,
            StatsRoutes(services: services, stats: stats, watch: work.watch).routes,
            SummaryRoutes(services: services, summaries: summaries).routes, ReturnRoutes(services: services).routes,
            StreamRoutes(services: services, live: live, caller: carrier).routes,
            SocketRoutes(services: services, live: live, stats: stats, caller: carrier).routes,
            CatalogueRoutes(services: services, catalog: catalog).routes, LabelRoutes(services: services).routes,
            jobRoutes.routes, EPCISRoutes(services: services).routes,
            ExportRoutes(services: services).routes,
            ImportRoutes(services: services, desk: exports).routes,
            EPCISExportRoutes(services: services).routes, webhooks.routes(cursors: identity.cursors),
            PeopleRoutes(
                services: services, people: people, passwords: passwords,
                office: environment.deliversMail ? identity.invitationOffice(.bags) : nil
            ).routes,
        ]
        return groups.flatMap(\.self)
    }

    /// Following the jobs one asked for. Administrators follow those of others too.
    private var jobRoutes: JobRoutes {
        JobRoutes(
            queue: environment.jobs, database: environment.database, permission: "import.run", limit: BagLimits.read,
            missing: "job_not_found"
        ) { [store = ImportStore(services: services)] job, reading in
            try store.errors(of: job.id, after: 0, limit: 100, in: reading).map(\.json)
        }
    }

    private var userPages: UserPageRoutes {
        UserPageRoutes(
            services: services, people: people, passwords: passwords,
            office: identity.invitationOffice(.bags), deliversMail: environment.deliversMail,
            readsMailsHere: environment.readsMailsHere)
    }

    private var passwords: UserPasswords {
        UserPasswords(hasher: environment.passwords, rules: identity.passwordRules)
    }

    private var pages: [Route] {
        let groups: [[Route]] = [
            DashboardRoutes(services: services, stats: stats, copies: dashboard).routes,
            StationRoutes(services: services).routes,
            HistoryRoutes(services: services).routes, FindRoutes(services: services).routes,
            BagListRoutes(services: services).routes, BagDetailRoutes(services: services).routes,
            BillPageRoutes(services: services).routes, BillFormRoutes(services: services).routes,
            GatePageRoutes(services: services).routes, BagFormRoutes(services: services).routes,
            IdentifierRoutes(services: services).routes, LabelPageRoutes(services: services).routes,
            userPages.routes,
            UserFarewellRoutes(
                people: people, privacy: privacy, page: userPages.page
            ).routes,
            SettingsPageRoutes(services: services, catalog: catalog, webhooks: webhooks.desk).routes,
            WebhookPageRoutes(services: services, desk: webhooks.desk).routes,
            LimitPageRoutes(services: services, desk: environment.limits).routes,
            ReturnPageRoutes(services: services).routes,
            SummaryPageRoutes(services: services, summaries: summaries).routes,
            AuditPageRoutes(services: services, accounts: identity.accounts).routes,
            ExportPageRoutes(services: services).routes, ImportPageRoutes(services: services).routes,
        ]
        return groups.flatMap(\.self)
    }

    /// What operators watch and steer.
    private var operations: [Route] {
        let jobs = JobConsole(queue: environment.jobs, database: environment.database, cursors: identity.cursors)
        let caches = CacheConsole(caches: environment.caches, database: environment.database)
        let database = DatabaseConsole(database: environment.database, queue: environment.jobs)
        let mails = MailConsole(
            mails: environment.mails, database: environment.database, cursors: identity.cursors,
            isProduction: environment.isProduction, publicURL: environment.publicURL)
        let events = EventConsole(
            outbox: environment.outbox, database: environment.database, queue: environment.jobs,
            clock: environment.clock)
        let appearance = ConsoleAppearance(zone: .india, limit: BagLimits.admin) { [services] context in
            try BagFrame(context, try await services.presentCatalog()).shell(title: "Operations", place: .settings)
        }
        let routes = [
            jobs.routes(limit: BagLimits.admin), caches.routes(limit: BagLimits.admin),
            database.routes(limit: BagLimits.admin), jobs.pages(appearance), caches.pages(appearance),
            database.pages(appearance), mails.routes(limit: BagLimits.admin), mails.pages(appearance),
            events.pages(appearance),
        ]
        return routes.flatMap(\.self)
    }

    private static var demonstrationHint: HTML {
        let people = BagRole.allCases.map { "<li><code>\($0.rawValue)@bags.demo</code></li>" as HTML }
        return "<p>Demonstration. Sign in as one of</p><ul>\(people)</ul>"
    }

    /// The service worker has an address that never changes, because its scope is what lies below it.
    private var serviceWorker: Route {
        .immediate(
            .get, "/sw.js", "serviceWorker", "Keeps the packing station without a network",
            cache: CacheControl(control: "no-cache", isValidated: true), mediaType: "text/javascript"
        ) { [library = environment.library] (context: RequestContext, _: NoInput) in
            var response = try library.response(
                file: "bags/sw.js", context.request.head.headers["accept-encoding"])
            // A worker obeys the policy it came with, and this one fetches pages and assets.
            response.headers.add(
                "content-security-policy", "default-src 'none'; connect-src 'self'; frame-ancestors 'none'")
            return response
        }
    }

    private func contract(of mount: Mount) -> Route {
        let document = OpenAPIDocument(of: mount, version: "1", isSecure: environment.isSecure).bytes
        let tag = EntityTag.of(document)
        return .immediate(
            .get, "/openapi.json", "openAPI", "The contract of the API (OpenAPI 3.1)",
            cache: .shared(SharedCaching(seconds: 3600)), mediaType: "application/json"
        ) { (_: RequestContext, _: NoInput) in
            var response = Response.json(document)
            response.headers.add("etag", tag)
            return response
        }
    }

    private static let errorPage: @Sendable (Problem, RequestContext) -> HTML = { problem, context in
        var page = ErrorPage(
            shell: BagFrame.shell(title: problem.status.phrase, of: context),
            status: problem.status.code, title: problem.status.phrase, detail: problem.detail,
            requestID: context.requestID,
            messages: problem.errors.map { FieldMessage($0.field, FormRefusal.sentence($0)) })
        if let due = context.principal?.due, problem.detail == due {
            page.account = context.mount + AccountAppearance.accountPath
        }
        return page.html
    }
}

// MARK: - Workers

extension BagTrackingParts {
    /// Ends every live stream; the clients come back to another node.
    var endStreams: @Sendable () -> Void { { [hub = live.hub] in hub.close() } }

    /// What runs beside the requests.
    var workers: [(name: String, run: @Sendable () async -> Void)] {
        let failures = environment.metrics.counter(
            "bags_work_failures_total", help: "Work beside the requests that failed and will be tried again.",
            labels: ["work"])
        let chain = AuditChainWorker(database: environment.database) { _ in failures.with("audit_chain").increment() }
        let running: [(name: String, run: @Sendable () async -> Void)] = [
            ("events", { [relay] in await relay.run() }),
            ("audit_chain", { await chain.run() }),
            ("live_signs", { [live] in await live.keepAlive() }),
            ("live_stats", { [live] in await live.runTicker() }),
            ("live_presence", { [live] in await live.news.run() }),
            ("denied_journal", { [denied] in await denied.run() }),
            ("webhooks", { [webhooks] in await webhooks.run() }),
        ]
        return running
            + repetitions.map { repetition in
                (repetition.name, { await repetition.run(countingFailures: failures) })
            }
    }

    private var relay: EventRelay {
        EventRelay(
            database: environment.database, outbox: environment.outbox, clock: environment.clock,
            logger: environment.logger, metrics: environment.metrics, application: "bags",
            projections: [ActivityProjection(), webhooks.desk.fanOut],
            listeners: [live.listener, environment.stale.listener])
    }

    private var repetitions: [Repetition] {
        [
            Repetition(name: "counter_fold", interval: .seconds(60), startsAtOnce: true) {
                [database = environment.database] in
                try await database.write { _ = try CounterStore.fold(in: $0) }
            },
            Repetition(name: "gauges", interval: StockGauges.interval, startsAtOnce: true) { [gauges] in
                try await gauges.read()
            },
            Repetition(name: "audit_check", interval: ChainWatch.interval, startsAtOnce: true) {
                [alarm = ChainAlarm(services: services, alarm: environment.alarm)] in
                try await alarm.check()
            },
            Repetition(name: "summary_watch", interval: .minutes(5), startsAtOnce: true) { [work] in
                try await work.learn()
            },
            Repetition(name: "imports", interval: .minutes(1)) { [services] in
                try await ImportWorker(services: services).closeEnded(at: services.clock.now())
            },
            Repetition(name: "purge", interval: .hours(1)) { [identity, clock = environment.clock] in
                _ = try await identity.purge(at: clock.now())
            },
            Repetition(name: "retention", interval: .hours(24)) { [identity, clock = environment.clock] in
                let desk = InvitationDesk<InvitedProfile>.bags
                _ = try await identity.retention(withdrawn: desk.withdrawn).run(at: clock.now())
            },
        ]
    }
}
