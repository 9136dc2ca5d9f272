import Portico

/// Files that come in, and what the people who run the node look at and steer.
extension ContractWalk {
    static let files: [Step] = [
        Step(
            "createImport", .post, "imports", ["kind": "packing", "area_code": "lucknow"],
            file: "code\n5000001\n12\nSB62001", status: 202, keeps: ["import": "id"]),
        Step("showJob", .get, "jobs/{import}"),
        Step("showJob", .get, "jobs/{import}", after: { try await $0.work() }),
        Step("listImportErrors", .get, "imports/{import}/errors"),
    ]

    static let operations: [Step] = [
        Step("listQueues", .get, "operations/queues"),
        Step("changeQueue", .put, "operations/queues/imports", ["paused": false, "per_node": 2]),
        Step("listSchedules", .get, "operations/schedules"),
        Step("changeSchedule", .post, "operations/schedules/walk.nightly", ["action": "pause"]),
        Step("showSchedule", .get, "operations/schedules/walk.nightly"),
        Step("listScheduleTimes", .get, "operations/schedules/walk.nightly/times?cron=@daily"),
        Step(
            "setSchedule", .put, "operations/schedules/walk.nightly",
            ["cron": "15 4 * * *", "zone": "+05:30", "missed": "all", "missed_most": 3]),
        Step("resetSchedule", .delete, "operations/schedules/walk.nightly"),
        Step(
            "sendDailySummary", .post, "summaries/daily/send", ["date": "2026-11-20"], status: 202,
            keeps: ["job": "id"]),
        Step("cancelJob", .delete, "jobs/{job}"),
        Step("replayJob", .post, "operations/jobs/{job}/replay", status: 204),
        Step("inspectJob", .get, "operations/jobs/{job}"),
        Step("endJob", .post, "operations/jobs/{job}/cancel", status: 204),
        Step("replayJobs", .post, "operations/jobs/replay", ["ids": ["{job}"]]),
        Step("searchJobs", .get, "operations/jobs?limit=5"),
        Step("searchArchivedJobs", .get, "operations/archive?limit=5"),
        Step("endJob", .post, "operations/jobs/{job}/cancel", status: 204),
        Step("discardJobs", .post, "operations/jobs/discard", ["state": "cancelled"]),
        Step(
            "sendDailySummary", .post, "summaries/daily/send", ["date": "2026-11-20"], status: 202,
            keeps: ["job": "id"]),
        Step("cancelJob", .delete, "jobs/{job}"),
        Step("discardJob", .post, "operations/jobs/{job}/discard", status: 204),
        Step("inspectWorkflow", .get, "operations/workflows/{workflow}", after: { try await $0.keepWorkflow() }),
        Step("cancelWorkflow", .post, "operations/workflows/{workflow}/cancel", status: 204),
        Step("replayWorkflow", .post, "operations/workflows/{workflow}/replay", status: 204),
        Step("cancelWorkflow", .post, "operations/workflows/{workflow}/cancel", status: 204),
        Step("listCaches", .get, "operations/caches"),
        Step("purgeCaches", .post, "operations/caches/purge", ["everything": true]),
        Step("listStatements", .get, "operations/statements"),
        Step("listPools", .get, "operations/pools"),
        Step("examineDatabase", .get, "operations/database"),
        Step("listLimits", .get, "limits", after: { try await $0.openLimits() }),
        Step(
            "changeLimit", .put, "limits/bags.admin",
            ["quota": 900, "window_seconds": 60, "burst": 90, "mode": "shadow"]),
        Step("limit", .get, "limits/bags.admin"),
        Step("resetLimit", .delete, "limits/bags.admin", status: 204),
    ]

    /// Nothing is sent: no job that delivers is done.
    static let webhooks: [Step] = [
        Step(
            "createWebhook", .post, "webhooks",
            ["name": "Display", "url": "https://display.example.org/hook", "events": ["bill.dispatched"]], status: 201,
            keeps: ["webhook": "id"]),
        Step("listWebhooks", .get, "webhooks"),
        Step("pingWebhook", .post, "webhooks/{webhook}/ping", status: 202, keeps: ["delivery": "id"]),
        Step("listWebhookDeliveries", .get, "webhooks/{webhook}/deliveries"),
        Step("showWebhookDelivery", .get, "webhooks/{webhook}/deliveries/{delivery}"),
        Step("redeliverWebhook", .post, "webhooks/{webhook}/deliveries/{delivery}/redeliver", status: 202),
        Step("rotateWebhookSecret", .post, "webhooks/{webhook}/secret"),
        Step(
            "changeWebhook", .put, "webhooks/{webhook}",
            ["name": "Other display", "url": "https://display.example.org/hook", "events": ["*"], "active": false]),
        Step("showWebhook", .get, "webhooks/{webhook}"),
        Step("deleteWebhook", .delete, "webhooks/{webhook}", status: 204),
    ]
}
