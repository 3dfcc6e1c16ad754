-- stands here until the calendar is filled in
SELECT 1;
