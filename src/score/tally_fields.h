/*
 * tally_fields.h
 *	  What a tally counts: each field once.
 *
 * A field's number is its place in stored values and, below TALLY_MARKS, its
 * bit in a mark, so a number is never given to another field.  New counts go
 * behind the last one; numbers from TALLY_MARKS on hold what is no yes or no of
 * a case.  One line a field: number, unit, name, what it is in English and
 * Chinese.
 *
 * "In time" is by the clock of that act's own stage (15 minutes to dispatch and
 * so on), but for handled and closed, which go by the case's deadline.  "Due"
 * is what ought to have been done within the span, done or not.
 *
 * A STOCK is what there is at the end of the span: it adds up over bodies and
 * areas but not over days, where the last day has it.
 */
#ifndef DCM_TALLY_FIELDS_H
#define DCM_TALLY_FIELDS_H

#define TALLY_FIELDS(FIELD) \
	/* reports */ \
	FIELD(0, COUNT, reported, "cases reported", "上报数") \
	FIELD(1, COUNT, reported_by_collector, "cases reported by collectors", "采集员上报数") \
	FIELD(2, COUNT, reported_by_public, "cases reported by the public", "公众举报数") \
	FIELD(3, COUNT, public_verified, "reports of the public found to be real", "监督举报核实数") \
	FIELD(4, COUNT, reported_valid, "reports that passed the review for filing", "有效上报数") \
	FIELD(5, COUNT, reported_wrong, "reports found to be wrong", "错误上报数") \
	FIELD(6, COUNT, missed, "problems that the collector ought to have reported", "漏报数") \
	FIELD(7, COUNT, self_resolved, "resolved on the spot by who found them", "自处置数") \
	FIELD(8, COUNT, accepted, "cases accepted", "受理数") \
	FIELD(9, COUNT, rejected, "cases not accepted or not filed", "不予受理(立案)数") \
	FIELD(10, COUNT, not_filed, "cases accepted and then not filed", "不予立案数") \
	/* verification before filing */ \
	FIELD(11, COUNT, verify_send_due, "verifications to be sent out", "应派发核实数") \
	FIELD(12, COUNT, verify_sent, "verifications sent out", "派发核实数") \
	FIELD(13, COUNT, verify_sent_in_time, "verifications sent out in time", "按时派发核实数") \
	FIELD(14, COUNT, verify_due, "verifications to be done", "应核实数") \
	FIELD(15, COUNT, verified, "verifications done", "核实数") \
	FIELD(16, COUNT, verified_in_time, "verifications done in time", "按时核实数") \
	/* filing and dispatch */ \
	FIELD(17, COUNT, filed, "cases filed", "立案数") \
	FIELD(18, COUNT, filed_timed, "cases filed with a time limit", "有时限的立案数") \
	FIELD(19, COUNT, filed_in_time, "cases whose filing was in time", "按时立案数") \
	FIELD(20, COUNT, dispatch_due, "cases to be dispatched", "应派遣数") \
	FIELD(21, COUNT, dispatched, "cases dispatched", "派遣数") \
	FIELD(22, COUNT, dispatched_in_time, "cases dispatched in time", "按时派遣数") \
	FIELD(23, COUNT, misdirected, "dispatches to a body whose case it was not", "错误派遣数") \
	FIELD(24, COUNT, ownerless, "cases for which nobody answers", "无责任主体数") \
	FIELD(25, COUNT, returned, "returns by bodies, each time", "退回数") \
	FIELD(26, COUNT, returned_against_handler, "returns ruled to be the handler's fault", "推诿数") \
	FIELD(27, COUNT, returned_against_dispatcher, "returns ruled to be the dispatcher's fault", "退回认定派遣有误数") \
	/* handling */ \
	FIELD(28, COUNT, extended, "extensions granted, each time", "延期数") \
	FIELD(29, COUNT, suspended, "suspensions granted, each time", "挂账数") \
	FIELD(30, STOCK, suspended_open, "cases that are suspended at the end of the span", "在挂数") \
	FIELD(31, COUNT, handle_due, "cases to be handled", "应处置数") \
	FIELD(32, COUNT, handled, "cases handled", "处置数") \
	FIELD(33, COUNT, handled_timed, "cases handled that had a time limit", "有时限的处置数") \
	FIELD(34, COUNT, handled_in_time, "cases handled in time", "按期处置数") \
	FIELD(35, COUNT, reworked, "handlings that failed the check, each time", "返工数") \
	FIELD(36, COUNT, reworked_often, "cases reworked more than once", "多次返工数") \
	/* check and close */ \
	FIELD(37, COUNT, check_send_due, "checks to be sent out", "应派发核查数") \
	FIELD(38, COUNT, check_sent, "checks sent out", "派发核查数") \
	FIELD(39, COUNT, check_sent_in_time, "checks sent out in time", "按时派发核查数") \
	FIELD(40, COUNT, check_due, "checks to be done", "应核查数") \
	FIELD(41, COUNT, checked, "checks done", "核查数") \
	FIELD(42, COUNT, checked_in_time, "checks done in time", "按时核查数") \
	FIELD(43, COUNT, close_due, "cases to be closed", "应结案数") \
	FIELD(44, COUNT, closed, "cases closed", "结案数") \
	FIELD(45, COUNT, closed_timed, "cases closed that had a time limit", "有时限的结案数") \
	FIELD(46, COUNT, closed_in_time, "cases closed in time", "按期结案数") \
	FIELD(47, COUNT, voided, "cases voided", "作废数") \
	FIELD(48, COUNT, reopened, "cases opened again after their close", "重新立案数") \
	FIELD(49, COUNT, recurred, "cases of a problem that was there before", "反复数") \
	/* lateness and what is open */ \
	FIELD(50, COUNT, overdue, "cases whose limit ran out before they were handled", "超期数") \
	FIELD(51, COUNT, overdue_open, "of those overdue, not handled yet", "超期未处置数") \
	FIELD(52, COUNT, exempted, "of those overdue, exempted by an appeal", "申诉免责数") \
	FIELD(53, STOCK, open, "cases open at the end of the span", "积存数") \
	FIELD(54, COUNT, reminded, "reminders, each time", "催办数") \
	FIELD(55, COUNT, supervised, "cases under a notice of supervision", "督办数") \
	FIELD(56, STOCK, unhandled_open, "cases to be handled still at the end of the span", "待处置数") \
	FIELD(57, STOCK, handled_open, "cases handled and to be closed still at the end of the span", "待结案数") \
	FIELD(58, STOCK, late_open, "of those to be handled still, late at the end of the span", "待处置已超期数") \
	/* what the public says of it */ \
	FIELD(59, COUNT, rated, "cases whose handling was rated by who told of them", "满意度评价数") \
	FIELD(60, COUNT, satisfied, "of those rated, with satisfaction", "满意数") \
	/* stages left: how many, how long by the clock, how long in working time */ \
	FIELD(64, COUNT, collection_count, "stages of collection ended", "信息收集环节数") \
	FIELD(65, SECOND, collection_seconds, "seconds of collection", "信息收集用时(秒)") \
	FIELD(66, SECOND, collection_work_seconds, "seconds of collection in working time", "信息收集工作用时(秒)") \
	FIELD(67, COUNT, filing_count, "stages of filing ended", "案卷建立环节数") \
	FIELD(68, SECOND, filing_seconds, "seconds of filing", "案卷建立用时(秒)") \
	FIELD(69, SECOND, filing_work_seconds, "seconds of filing in working time", "案卷建立工作用时(秒)") \
	FIELD(70, COUNT, dispatch_count, "stages of dispatch ended", "任务派遣环节数") \
	FIELD(71, SECOND, dispatch_seconds, "seconds of dispatch", "任务派遣用时(秒)") \
	FIELD(72, SECOND, dispatch_work_seconds, "seconds of dispatch in working time", "任务派遣工作用时(秒)") \
	FIELD(73, COUNT, handling_count, "stages of handling ended", "任务处理环节数") \
	FIELD(74, SECOND, handling_seconds, "seconds of handling", "任务处理用时(秒)") \
	FIELD(75, SECOND, handling_work_seconds, "seconds of handling in working time", "任务处理工作用时(秒)") \
	FIELD(76, COUNT, feedback_count, "stages of feedback ended", "处理反馈环节数") \
	FIELD(77, SECOND, feedback_seconds, "seconds of feedback", "处理反馈用时(秒)") \
	FIELD(78, SECOND, feedback_work_seconds, "seconds of feedback in working time", "处理反馈工作用时(秒)") \
	FIELD(79, COUNT, closing_count, "stages of closing ended", "核查结案环节数") \
	FIELD(80, SECOND, closing_seconds, "seconds of closing", "核查结案用时(秒)") \
	FIELD(81, SECOND, closing_work_seconds, "seconds of closing in working time", "核查结案工作用时(秒)") \
	/* how late */ \
	FIELD(82, SECOND, overrun_seconds, "seconds beyond the limit of cases overdue", "超期时长(秒)") \
	FIELD(83, SECOND, overrun_limit_seconds, "seconds of those cases' limits", "超期案卷的时限(秒)")

#endif							/* DCM_TALLY_FIELDS_H */
