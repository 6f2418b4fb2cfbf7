from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.urls import path


def where(request: HttpRequest) -> JsonResponse:
    """What Django makes of the request: the scheme and host decide links, redirects and cookies."""
    return JsonResponse({"url": request.build_absolute_uri(), "secure": request.is_secure()})


urlpatterns = [
    path("where/", where),
    path("admin/", admin.site.urls),
]
