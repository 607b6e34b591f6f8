# Django REST framework with its own authentication and permission classes, users in a database of its own.
import sys

import django
from django.conf import settings

settings.configure(
    DEBUG=False,
    SECRET_KEY="a secret of the services under test",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "rest_framework", "rest_framework.authtoken"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "users.sqlite"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
)
django.setup()

from django.contrib.auth import authenticate, login
from django.contrib.auth.models import User
from django.core.management import call_command
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.authentication import BasicAuthentication, SessionAuthentication, TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.permissions import AllowAny, IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView


def door(authentication, permission):
    class Records(APIView):
        authentication_classes = authentication
        permission_classes = [permission]

        def get(self, request, id):
            return Response({"record": f"record {id}"})

        def put(self, request, id):
            return Response({"record": f"record {id}", "changed": True})

    return Records.as_view()


@csrf_exempt
def sign_in(request, name):
    login(request, authenticate(request, username=name, password=f"pass-{name}"))
    return JsonResponse({"record": "signed in"})


urlpatterns = [
    path("basic/<int:id>", door([BasicAuthentication], IsAuthenticated)),
    path("token/<int:id>", door([TokenAuthentication], IsAuthenticated)),
    path("session/<int:id>", door([SessionAuthentication], IsAuthenticated)),
    path("articles/<int:id>", door([TokenAuthentication], IsAuthenticatedOrReadOnly)),
    path("open/<int:id>", door([TokenAuthentication], AllowAny)),
    path("sessions/<name>", sign_in),
]
call_command("migrate", verbosity=0)
for name in ["anna", "bert", "cleo"]:
    user = User.objects.create_user(name, password=f"pass-{name}")
    Token.objects.create(user=user, key=f"token-of-{name}-0123456789")
call_command("runserver", f"127.0.0.1:{sys.argv[1]}", "--noreload", "--nothreading", verbosity=0)
