from course.grading.stages.order import use_stages

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = c.Gradbook.course = "my-course-2031"
c.Gradbook.solutions = ["marking"]
use_stages(c)
