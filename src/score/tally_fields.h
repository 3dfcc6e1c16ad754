/*
 * tally_fields.h
 *	  What a tally counts: each field once.
 *
 * A field's number is its place in stored values and, below TALLY_MARKS, its
 * bit in a mark, so a number is never given to another field.  New counts go
 * behind the last one; numbers from TALLY_MARKS on hold what is no yes or no of
 * a case.  One line a field: number, name, what it is in English and Chinese.
 *
 * "In time" is by the clock of that act's own stage (15 minutes to dispatch and
 * so on), but for handled and closed, which go by the case's deadline.  "Due"
 * is what ought to have been done within the span, done or not.
 */
#ifndef DCM_TALLY_FIELDS_H
#define DCM_TALLY_FIELDS_H

#define TALLY_FIELDS(FIELD) \
	/* reports */ \
	FIELD(0, reported, "cases reported", "上报数") \
	FIELD(1, reported_by_collector, "cases reported by collectors", "采集员上报数") \
	FIELD(2, reported_by_public, "cases reported by the public", "公众举报数") \
	FIELD(3, public_verified, "reports of the public found to be real", "监督举报核实数") \
	FIELD(4, reported_valid, "reports that passed the review for filing", "有效上报数") \
	FIELD(5, reported_wrong, "reports found to be wrong", "错误上报数") \
	FIELD(6, missed, "problems that the collector ought to have reported", "漏报数") \
	FIELD(7, self_resolved, "resolved on the spot by who found them", "自处置数") \
	FIELD(8, accepted, "cases accepted", "受理数") \
	FIELD(9, rejected, "cases not accepted or not filed", "不予受理(立案)数") \
	FIELD(10, not_filed, "cases accepted and then not filed", "不予立案数") \
	/* verification before filing */ \
	FIELD(11, verify_send_due, "verifications to be sent out", "应派发核实数") \
	FIELD(12, verify_sent, "verifications sent out", "派发核实数") \
	FIELD(13, verify_sent_in_time, "verifications sent out in time", "按时派发核实数") \
	FIELD(14, verify_due, "verifications to be done", "应核实数") \
	FIELD(15, verified, "verifications done", "核实数") \
	FIELD(16, verified_in_time, "verifications done in time", "按时核实数") \
	/* filing and dispatch */ \
	FIELD(17, filed, "cases filed", "立案数") \
	FIELD(18, filed_timed, "cases filed with a time limit", "有时限的立案数") \
	FIELD(19, filed_in_time, "cases whose filing was in time", "按时立案数") \
	FIELD(20, dispatch_due, "cases to be dispatched", "应派遣数") \
	FIELD(21, dispatched, "cases dispatched", "派遣数") \
	FIELD(22, dispatched_in_time, "cases dispatched in time", "按时派遣数") \
	FIELD(23, misdirected, "dispatches to a body whose case it was not", "错误派遣数") \
	FIELD(24, ownerless, "cases for which nobody answers", "无责任主体数") \
	FIELD(25, returned, "returns by bodies, each time", "退回数") \
	FIELD(26, returned_against_handler, "returns ruled to be the handler's fault", "推诿数") \
	FIELD(27, returned_against_dispatcher, "returns ruled to be the dispatcher's fault", "退回认定派遣有误数") \
	/* handling */ \
	FIELD(28, extended, "extensions granted, each time", "延期数") \
	FIELD(29, suspended, "suspensions granted, each time", "挂账数") \
	FIELD(30, suspended_open, "cases that are suspended at the end of the span", "在挂数") \
	FIELD(31, handle_due, "cases to be handled", "应处置数") \
	FIELD(32, handled, "cases handled", "处置数") \
	FIELD(33, handled_timed, "cases handled that had a time limit", "有时限的处置数") \
	FIELD(34, handled_in_time, "cases handled in time", "按期处置数") \
	FIELD(35, reworked, "handlings that failed the check, each time", "返工数") \
	FIELD(36, reworked_often, "cases reworked more than once", "多次返工数") \
	/* check and close */ \
	FIELD(37, check_send_due, "checks to be sent out", "应派发核查数") \
	FIELD(38, check_sent, "checks sent out", "派发核查数") \
	FIELD(39, check_sent_in_time, "checks sent out in time", "按时派发核查数") \
	FIELD(40, check_due, "checks to be done", "应核查数") \
	FIELD(41, checked, "checks done", "核查数") \
	FIELD(42, checked_in_time, "checks done in time", "按时核查数") \
	FIELD(43, close_due, "cases to be closed", "应结案数") \
	FIELD(44, closed, "cases closed", "结案数") \
	FIELD(45, closed_timed, "cases closed that had a time limit", "有时限的结案数") \
	FIELD(46, closed_in_time, "cases closed in time", "按期结案数") \
	FIELD(47, voided, "cases voided", "作废数") \
	FIELD(48, reopened, "cases opened again after their close", "重新立案数") \
	FIELD(49, recurred, "cases of a problem that was there before", "反复数") \
	/* lateness and what is open */ \
	FIELD(50, overdue, "cases whose limit ran out before they were handled", "超期数") \
	FIELD(51, overdue_open, "of those overdue, not handled yet", "超期未处置数") \
	FIELD(52, exempted, "of those overdue, exempted by an appeal", "申诉免责数") \
	FIELD(53, open, "cases open at the end of the span", "积存数") \
	FIELD(54, reminded, "reminders, each time", "催办数") \
	FIELD(55, supervised, "cases under a notice of supervision", "督办数") \
	FIELD(56, unhandled_open, "cases to be handled still at the end of the span", "待处置数") \
	FIELD(57, handled_open, "cases handled and to be closed still at the end of the span", "待结案数") \
	/* stages left: how many, how long by the clock, how long in working time */ \
	FIELD(64, collection_count, "stages of collection ended", "信息收集环节数") \
	FIELD(65, collection_seconds, "seconds of collection", "信息收集用时(秒)") \
	FIELD(66, collection_work_seconds, "seconds of collection in working time", "信息收集工作用时(秒)") \
	FIELD(67, filing_count, "stages of filing ended", "案卷建立环节数") \
	FIELD(68, filing_seconds, "seconds of filing", "案卷建立用时(秒)") \
	FIELD(69, filing_work_seconds, "seconds of filing in working time", "案卷建立工作用时(秒)") \
	FIELD(70, dispatch_count, "stages of dispatch ended", "任务派遣环节数") \
	FIELD(71, dispatch_seconds, "seconds of dispatch", "任务派遣用时(秒)") \
	FIELD(72, dispatch_work_seconds, "seconds of dispatch in working time", "任务派遣工作用时(秒)") \
	FIELD(73, handling_count, "stages of handling ended", "任务处理环节数") \
	FIELD(74, handling_seconds, "seconds of handling", "任务处理用时(秒)") \
	FIELD(75, handling_work_seconds, "seconds of handling in working time", "任务处理工作用时(秒)") \
	FIELD(76, feedback_count, "stages of feedback ended", "处理反馈环节数") \
	FIELD(77, feedback_seconds, "seconds of feedback", "处理反馈用时(秒)") \
	FIELD(78, feedback_work_seconds, "seconds of feedback in working time", "处理反馈工作用时(秒)") \
	FIELD(79, closing_count, "stages of closing ended", "核查结案环节数") \
	FIELD(80, closing_seconds, "seconds of closing", "核查结案用时(秒)") \
	FIELD(81, closing_work_seconds, "seconds of closing in working time", "核查结案工作用时(秒)") \
	/* how late */ \
	FIELD(82, overrun_seconds, "seconds beyond the limit of cases overdue", "超期时长(秒)") \
	FIELD(83, overrun_limit_seconds, "seconds of those cases' limits", "超期案卷的时限(秒)")

#endif							/* DCM_TALLY_FIELDS_H */
