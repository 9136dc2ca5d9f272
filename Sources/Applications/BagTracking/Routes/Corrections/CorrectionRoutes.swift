import Portico

/// The routes by which the office puts right what the tables cannot: every act has a reason and an audit entry.
struct CorrectionRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] {
        [move, unlink, empty, assignSSCC, releaseSSCC, hold, releaseHold, retire, restore]
    }

    private var move: Route {
        .json(
            .post, "/api/v1/bags/{code}/move", "moveBag", "Move a bag to another sack in one step",
            access: .permission("bag.correct"), limit: BagLimits.write,
            refusals: [
                (404, "bag_not_found"), (404, "parent_not_found"), (404, "sscc_not_assigned"), (409, "parent_billed"),
                (409, "parent_full"), (409, "bag_retired"), (422, "invalid_parent_code"), (422, "invalid_sscc"),
                (422, "too_long"), (422, "wrong_kind"),
            ]
        ) { [services] (context: RequestContext, input: MoveInput) -> Reply<MoveAnswer> in
            .ok(
                try await services.corrections.move(
                    input.code, to: input.target, reason: input.reason, by: BagCaller(context)))
        }
    }

    private var unlink: Route {
        .json(
            .post, "/api/v1/bags/{code}/unlink", "unlinkBag", "Take a bag out of its sack",
            access: .permission("bag.correct"), limit: BagLimits.write,
            refusals: [
                (404, "bag_not_found"), (409, "not_linked"), (409, "parent_billed"), (409, "bag_retired"),
                (422, "wrong_kind"),
            ]
        ) { [services] (context: RequestContext, input: ReasonedInput) -> Reply<UnlinkAnswer> in
            .ok(try await services.corrections.unlink(input.code, reason: input.reason, by: BagCaller(context)))
        }
    }

    private var empty: Route {
        .json(
            .post, "/api/v1/bags/{code}/empty", "emptyParent", "Make all bags of a sack loose",
            access: .permission("bag.correct"), limit: BagLimits.write,
            refusals: [
                (404, "bag_not_found"), (409, "parent_billed"), (409, "bag_retired"), (422, "invalid_parent_code"),
            ]
        ) { [services] (context: RequestContext, input: ReasonedInput) -> Reply<UnlinkAnswer> in
            .ok(try await services.corrections.empty(input.code, reason: input.reason, by: BagCaller(context)))
        }
    }

    private var assignSSCC: Route {
        .json(
            .post, "/api/v1/bags/{code}/sscc", "assignSSCC",
            "Give a sack an SSCC, the next own one unless one is named",
            access: .permission("bag.correct"), limit: BagLimits.write,
            statuses: [(.created, "The sack carries the number now"), (.ok, "It carried it already")],
            refusals: [
                (404, "bag_not_found"), (409, "sscc_in_use"), (409, "sscc_recently_used"),
                (409, "company_prefix_missing"), (409, "bag_retired"), (422, "invalid_sscc"),
                (422, "invalid_parent_code"),
            ]
        ) { [services] (context: RequestContext, input: SSCCInput) -> Reply<SSCCAnswer> in
            let given = try await services.numbers.assign(input.sscc, to: input.code, by: BagCaller(context))
            guard given.isNew else { return .ok(given.answer) }
            return .created(given.answer, at: "\(context.mount)/api/v1/bags/\(given.answer.code)")
        }
    }

    private var releaseSSCC: Route {
        .json(
            .delete, "/api/v1/bags/{code}/sscc", "releaseSSCC", "Take a sack's SSCC from it",
            access: .permission("bag.correct"), limit: BagLimits.write, statuses: [(.noContent, "The number is free")],
            refusals: [(404, "bag_not_found"), (404, "sscc_not_assigned"), (422, "invalid_parent_code")]
        ) { [services] (context: RequestContext, input: BagInput) -> Reply<NoContent> in
            try await services.numbers.release(from: input.code, by: BagCaller(context))
            return Reply(NoContent(), status: .noContent)
        }
    }

    private var hold: Route {
        .json(
            .put, "/api/v1/bags/{code}/hold", "holdParent", "Put a sack on hold, so that it cannot be billed",
            access: .permission("bag.hold"), limit: BagLimits.write,
            refusals: [(404, "bag_not_found"), (409, "bag_retired"), (422, "invalid_parent_code")]
        ) { [services] (context: RequestContext, input: ReasonedInput) -> Reply<ParentAnswer> in
            .ok(try await services.holds.hold(input.code, reason: input.reason, by: BagCaller(context)))
        }
    }

    private var releaseHold: Route {
        .json(
            .delete, "/api/v1/bags/{code}/hold", "releaseHold", "Lift the hold of a sack",
            access: .permission("bag.hold"), limit: BagLimits.write, statuses: [(.noContent, "There is no hold")],
            refusals: [(404, "bag_not_found"), (422, "invalid_parent_code")]
        ) { [services] (context: RequestContext, input: BagInput) -> Reply<NoContent> in
            try await services.holds.release(input.code, by: BagCaller(context))
            return Reply(NoContent(), status: .noContent)
        }
    }

    private var retire: Route {
        .json(
            .delete, "/api/v1/bags/{code}", "retireBag", "Make a code dead for scanning; row and history stay",
            access: .permission("bag.retire"), limit: BagLimits.write, statuses: [(.noContent, "It is retired")],
            refusals: [(404, "bag_not_found"), (409, "bag_billed"), (409, "bag_linked"), (409, "has_children")]
        ) { [services] (context: RequestContext, input: RetireInput) -> Reply<NoContent> in
            try await services.retirement.retire(
                input.code, cascades: input.cascade == .unlink, by: BagCaller(context))
            return Reply(NoContent(), status: .noContent)
        }
    }

    private var restore: Route {
        .json(
            .post, "/api/v1/bags/{code}/restore", "restoreBag", "Bring a retired sack or bag back",
            access: .permission("bag.restore"), limit: BagLimits.write, refusals: [(404, "bag_not_found")]
        ) { [services] (context: RequestContext, input: BagInput) -> Reply<BagAnswer> in
            .ok(try await services.retirement.restore(input.code, by: BagCaller(context)))
        }
    }
}
