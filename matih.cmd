@echo off
rem Starts MATIH Inference from a checkout: finds a JDK 25, builds what is missing or stale, runs it.
setlocal EnableExtensions DisableDelayedExpansion
set "ROOT=%~dp0"
if "%ROOT:~-1%"=="\" set "ROOT=%ROOT:~0,-1%"
set "TARGET=%ROOT%\app-server\target"
set "STAMP=%TARGET%\.built"
set "JDK="

if defined JAVA_HOME call :try "%JAVA_HOME%"
if not defined JDK for %%J in (java.exe) do if not "%%~$PATH:J"=="" call :try "%%~dp$PATH:J.."
if not defined JDK for /d %%D in (
  "%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\*"
  "%ProgramFiles%\Amazon Corretto\*" "%ProgramFiles%\Zulu\*" "%ProgramFiles%\BellSoft\*"
  "%USERPROFILE%\.jdks\*" "%USERPROFILE%\scoop\apps\*"
) do if not defined JDK call :try "%%~D"
if not defined JDK (
  echo error: MATIH Inference needs a JDK 25 and JAVA_HOME, PATH and the usual folders have none: install one, for example Eclipse Temurin 25 from https://adoptium.net, or let JAVA_HOME name one 1>&2
  exit /b 69
)

call :stale
if errorlevel 1 (
  call :build
  if errorlevel 1 exit /b 70
)
set /p VERSION=<"%STAMP%"
for /f "tokens=1" %%V in ("%VERSION%") do set "VERSION=%%V"

set "TUNING=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
if "%~1"=="serve" set "TUNING=-XX:+UseG1GC"
if "%~1"=="demo" set "TUNING=-XX:+UseG1GC"
if "%~1"=="bench" set "TUNING=-XX:+UseG1GC"

"%JDK%\bin\java.exe" %TUNING% -Xshare:auto ^
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ^
  -XX:-HeapDumpOnOutOfMemoryError -XX:+ExitOnOutOfMemoryError ^
  "-Djdk.serialFilter=!*" -Dfile.encoding=UTF-8 %MATIH_JAVA_OPTS% ^
  -cp "%TARGET%\app-server-%VERSION%.jar;%TARGET%\lib\*" io.matih.inference.server.Main %*
exit /b %ERRORLEVEL%

rem A folder is the JDK where its release file says 25: starting each java to ask would take seconds.
:try
if defined JDK exit /b 0
if not exist "%~1\bin\java.exe" exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
findstr /b /r /c:"JAVA_VERSION=.25\." /c:"JAVA_VERSION=.25.$" "%~1\release" >nul 2>&1 && set "JDK=%~f1"
exit /b 0

rem 1 where the build is missing or older than a source.
:stale
if not exist "%STAMP%" exit /b 1
if not exist "%TARGET%\lib" exit /b 1
powershell -NoProfile -ExecutionPolicy Bypass -Command ^
  "$b=(Get-Item -Force $env:STAMP).LastWriteTimeUtc; $v=(Get-Content $env:STAMP -TotalCount 1).Trim();" ^
  "if (-not (Test-Path (Join-Path $env:TARGET ('app-server-' + $v + '.jar')))) { exit 1 };" ^
  "$m='db-migrations','app-engine','app-server' | ForEach-Object { Join-Path $env:ROOT $_ } | Where-Object { Test-Path $_ };" ^
  "$n=@(Get-Item (Join-Path $env:ROOT 'pom.xml')) + @(Get-ChildItem $m -Recurse -Force | Where-Object { $_.FullName -notmatch '\\target(\\|$)|\\src\\test(\\|$)' -and ($_.Name -eq 'pom.xml' -or $_.FullName -match '\\src\\') });" ^
  "if ($n | Where-Object { $_.LastWriteTimeUtc -gt $b } | Select-Object -First 1) { exit 1 } else { exit 0 }"
exit /b %ERRORLEVEL%

:build
echo matih: building, this takes a while ... 1>&2
if not exist "%TARGET%" mkdir "%TARGET%"
rem The stamp has the time at which the build began: what changes meanwhile is built next time.
powershell -NoProfile -ExecutionPolicy Bypass -Command ^
  "Set-Content -Encoding ascii ($env:STAMP + '.new') ([xml](Get-Content (Join-Path $env:ROOT 'pom.xml'))).project.version"
set "JAVA_HOME=%JDK%"
pushd "%ROOT%"
call mvnw.cmd -q -pl app-server -am package -DskipTests > "%TARGET%\build.log" 2>&1
set "CODE=%ERRORLEVEL%"
popd
if not "%CODE%"=="0" (
  type "%TARGET%\build.log" 1>&2
  echo error: the build failed; its output is above and in app-server\target\build.log 1>&2
  exit /b 1
)
move /y "%STAMP%.new" "%STAMP%" >nul
exit /b 0
