import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config.js';
import { UsersModule } from '../users/users.module.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeysService } from './api-keys.service.js';
import { AuthController } from './auth.controller.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { jwtOptions } from './jwt-options.js';
import { Session } from './session.entity.js';
import { SignInDelay } from './sign-in-delay.js';
import { SignInFailure } from './sign-in-failure.entity.js';
import { SessionsService } from './sessions.service.js';
import { TokenVerifier } from './token-verifier.js';

@Module({
  imports: [
    UsersModule,
    TypeOrmModule.forFeature([Session, ApiKey, SignInFailure]),
    JwtModule.registerAsync({ inject: [AppConfig], useFactory: jwtOptions }),
  ],
  controllers: [AuthController],
  providers: [
    AuthService,
    SessionsService,
    ApiKeysService,
    SignInDelay,
    TokenVerifier,
    { provide: APP_GUARD, useClass: AuthGuard },
  ],
})
export class AuthModule {}
