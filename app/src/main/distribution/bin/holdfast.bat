@echo off
rem Starts Holdfast by the jar of the folder above. JAVA_HOME chooses the Java, JAVA_OPTS its options.
setlocal
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
"%JAVA%" %JAVA_OPTS% -jar "%~dp0..\holdfast.jar" %*
exit /b %ERRORLEVEL%
